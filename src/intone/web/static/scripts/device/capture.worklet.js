// In the thread of the sound: joins the 128 samples that come at a time, and passes them on.

const AT_ONCE = 4096;

class Capture extends AudioWorkletProcessor {
  constructor() {
    super();
    this.clear();
  }

  clear() {
    this.samples = new Float32Array(AT_ONCE);
    this.filled = 0;
  }

  process([[samples]]) {
    if (samples) {
      this.samples.set(samples, this.filled);
      this.filled += samples.length;
    }
    if (this.filled === AT_ONCE) {
      this.port.postMessage(this.samples, [this.samples.buffer]);
      this.clear();
    }
    return true;
  }
}

registerProcessor("capture", Capture);
