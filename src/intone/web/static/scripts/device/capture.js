// Passes the samples of a microphone on as they come: `heard(samples, rate)`, some tenth of a second at a time.

export async function capture(context, source, heard) {
  await context.audioWorklet.addModule(new URL("./capture.worklet.js", import.meta.url));
  const node = new AudioWorkletNode(context, "capture", { channelCount: 1, channelCountMode: "explicit" });
  node.port.onmessage = ({ data }) => heard(data, context.sampleRate);
  source.connect(node).connect(context.destination); // it is silent, and runs only where it leads somewhere
}
