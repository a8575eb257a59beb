// The label that is shown while it is measured again and again: the port of recognition/hysteresis.py.

export class Hysteresis {
  constructor({ live: { lead, times } }) {
    Object.assign(this, { lead, most: times, label: null, rival: null, times: 0 });
  }

  // The label to show after these probabilities, one for each label.
  update(shares) {
    const leader = Object.keys(shares).reduce((most, name) => (shares[name] > shares[most] ? name : most));
    this.times = leader === this.rival ? this.times + 1 : 1;
    this.rival = leader;
    const ahead = shares[leader] - (shares[this.label] ?? 0);
    if (this.label === null || this.times >= this.most || ahead >= this.lead) this.label = leader;
    return this.label;
  }
}
