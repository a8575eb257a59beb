// How many samples a second a file has, by its first bytes, so that the browser decodes it as it is: it resamples to
// the rate of the context that decodes, and less well than the server.

const USUAL = 48000;
const MP3_RATES = { 3: [44100, 48000, 32000], 2: [22050, 24000, 16000], 0: [11025, 12000, 8000] }; // by version
const AAC_RATES = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000];
const NEAR = 65536; // bytes in which the beginning of a stream lies

// `buffer`: the whole file, an ArrayBuffer. A file that says nothing is taken as of 48 kHz, as video and Opus are.
export function rateOf(buffer) {
  if (buffer.byteLength < 64) return USUAL;
  const bytes = new Uint8Array(buffer);
  const view = new DataView(buffer);
  const is = (text, at = 0) => [...text].every((sign, i) => bytes[at + i] === sign.charCodeAt(0));
  const rate = is("RIFF") ? wav(bytes, view)
    : is("fLaC") ? view.getUint32(18) >>> 12
      : is("OggS") ? ogg(bytes, view)
        : is("ftyp", 4) ? mp4(bytes, view)
          : bytes[0] === 0x1a && bytes[1] === 0x45 ? webm(bytes, view)
            : frames(bytes);
  return rate >= 8000 && rate <= 96000 ? rate : USUAL;
}

function wav(bytes, view) {
  const at = find(bytes, "fmt ", 12);
  return at < 0 ? USUAL : view.getUint32(at + 12, true);
}

function ogg(bytes, view) {
  if (find(bytes, "OpusHead") >= 0) return USUAL; // whatever it was made of
  const vorbis = find(bytes, "\x01vorbis");
  return vorbis < 0 ? USUAL : view.getUint32(vorbis + 12, true);
}

// The description of the sound may stand at the end of the file.
function mp4(bytes, view) {
  const at = find(bytes, "mp4a", 0, bytes.length);
  return at < 0 || at + 30 > bytes.length ? USUAL : view.getUint16(at + 28);
}

// Opus is always of 48 kHz; Vorbis has its rate as a number of four or eight bytes.
function webm(bytes, view) {
  const at = find(bytes, "A_VORBIS");
  for (let i = at; at >= 0 && i < Math.min(at + 8192, bytes.length - 10); i += 1) {
    if (bytes[i] === 0xb5 && bytes[i + 1] === 0x84) return view.getFloat32(i + 2);
    if (bytes[i] === 0xb5 && bytes[i + 1] === 0x88) return view.getFloat64(i + 2);
  }
  return USUAL;
}

// MP3 and AAC in frames.
function frames(bytes) {
  const tag = title(bytes);
  for (let i = tag; i < Math.min(tag + NEAR, bytes.length - 4); i += 1) {
    if (bytes[i] !== 0xff || (bytes[i + 1] & 0xe0) !== 0xe0) continue;
    if ((bytes[i + 1] & 0xf6) === 0xf0) return AAC_RATES[(bytes[i + 2] >> 2) & 15];
    const rate = MP3_RATES[(bytes[i + 1] >> 3) & 3]?.[(bytes[i + 2] >> 2) & 3];
    if (rate && (bytes[i + 1] >> 1) & 3) return rate;
  }
  return USUAL;
}

// The bytes of the tag with the title that may stand before an MP3.
const title = (bytes) => (bytes[0] === 0x49 && bytes[1] === 0x44 && bytes[2] === 0x33
  ? 10 + bytes.subarray(6, 10).reduce((sum, one) => 128 * sum + one, 0) : 0);

// Firefox leaves off the silence that an encoder of MP3 puts around the sound, as others do, but only where the first frame
// names LAME. FFmpeg names itself there: in this buffer its name is replaced.
export function nameLame(buffer) {
  const bytes = new Uint8Array(buffer);
  const from = title(bytes);
  if (bytes[from] !== 0xff || (bytes[from + 1] & 0xe6) !== 0xe2) return; // no MP3
  const at = ["Xing", "Info"].map((name) => find(bytes, name, from, from + 64)).find((one) => one >= 0);
  if (at === undefined || bytes[at + 7] !== 15) return; // the name stands behind all of four fields
  const name = ["Lavf", "Lavc"].map((one) => find(bytes, one, at + 120, at + 124)).find((one) => one >= 0);
  if (name !== undefined) bytes.set([0x4c, 0x41, 0x4d, 0x45], name);
}

function find(bytes, text, from = 0, to = NEAR) {
  const last = Math.min(to, bytes.length) - text.length;
  for (let i = from; i <= last; i += 1) {
    let same = 0;
    while (same < text.length && bytes[i + same] === text.charCodeAt(same)) same += 1;
    if (same === text.length) return i;
  }
  return -1;
}
