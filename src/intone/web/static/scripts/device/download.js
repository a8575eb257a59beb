// Fetches what recognises: with progress, compared with its hash, and kept in the browser's cache.

import { Trouble } from "./trouble.js";

const CACHE = "intone-device";

// `part`: address, bytes, sha256, packed (whether it is gzipped); `report(bytes)` is called with how many have come.
// Resolves to an ArrayBuffer, unpacked.
export async function download(part, report) {
  const kept = await stored((cache) => cache.match(part.address));
  const before = kept && await unspoiled(part, await read(kept, report));
  const bytes = before ?? await fetched(part, report);
  return part.packed ? unpacked(bytes) : bytes;
}

// Parts of another version are dropped; those of another page of the same host lie in another folder.
export async function keepOnly(parts) {
  const wanted = new Set(parts.map((one) => one.address));
  const folder = new URL(".", parts[0].address).href;
  await stored(async (cache) => {
    for (const { url } of await cache.keys()) if (url.startsWith(folder) && !wanted.has(url)) await cache.delete(url);
  });
}

async function fetched(part, report) {
  let response;
  try {
    response = await fetch(part.address, { credentials: "same-origin" });
  } catch (error) {
    throw new Trouble("network", error);
  }
  if (!response.ok) throw new Trouble("network", response.status);
  const bytes = await unspoiled(part, await read(response, report));
  if (!bytes) throw new Trouble("model", part.address);
  await stored((cache) => cache.put(part.address, new Response(bytes)));
  return bytes;
}

async function read(response, report) {
  const reader = response.body.getReader();
  const blocks = [];
  let come = 0;
  try {
    for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
      blocks.push(value);
      come += value.length;
      report(come);
    }
  } catch {
    return null; // the connection was cut
  }
  const whole = new Uint8Array(come);
  let at = 0;
  for (const block of blocks) {
    whole.set(block, at);
    at += block.length;
  }
  return whole.buffer;
}

// The bytes, or null where they are not what was published. A page over plain http in a local net has no
// crypto.subtle: there the length has to do.
async function unspoiled(part, bytes) {
  if (!bytes || bytes.byteLength !== part.bytes) return null;
  if (!self.crypto?.subtle) return bytes;
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (one) => one.toString(16).padStart(2, "0")).join("") === part.sha256 ? bytes : null;
}

const unpacked = (bytes) => new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();

// A page over plain http has no Cache API, and a browser may refuse it; then the ordinary cache has to do.
async function stored(work) {
  try {
    return await work(await caches.open(CACHE));
  } catch {
    return undefined;
  }
}
