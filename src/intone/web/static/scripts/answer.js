// The data of an answer, which the page carries packed (`packed` in views.py).

// The views as the API gives them, every number the very same; and the valence with the times of its segments.
export function unpacked(packed) {
  const { segments: spans, attributions: windows, who, ...data } = packed;
  const views = {};
  for (const [name, { names, labels, shares, weights, ...view }] of Object.entries(data.views)) {
    const classes = names.slice(0, -1); // the last is "neither"
    const [share, weight] = [numbers(shares), numbers(weights)];
    views[name] = {
      ...view,
      segments: timed(spans, (i) => ({
        label: names[labels[i]],
        probabilities: Object.fromEntries(classes.map((one, k) => [one, share[i * classes.length + k]])),
        ...(who && { speaker: who[i] || null, overlap: !who[i] }),
      })),
      attributions: timed(windows, (i) => ({ weight: weight[i] })),
    };
  }
  return { ...data, views, valence: timed(spans, (i) => ({ value: data.valence[i] })) };
}

const timed = (times, rest) => times.map(([start_s, end_s], i) => ({ start_s, end_s, ...rest(i) }));
const numbers = (base64) => new Float64Array(Uint8Array.from(atob(base64), (one) => one.charCodeAt(0)).buffer);
