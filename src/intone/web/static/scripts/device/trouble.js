// What keeps a device from an answer. `reason` is the name of a sentence that the page has:
//
//   old       the browser lacks something that is needed
//   memory    the device has too little memory
//   model     what recognises came cut or changed
//   network   what recognises did not come
//   unread    the browser cannot read the recording
//   long      the recording is longer than the device analyses
//   only      only the server can do what is asked for
//   broken    anything else

export class Trouble extends Error {
  constructor(reason, cause) {
    super(reason, { cause });
    this.name = "Trouble";
    this.reason = reason;
  }
}

// Whatever was thrown, as a Trouble; WebAssembly has no error of its own for memory, but words for it.
export function troubleOf(error) {
  if (error instanceof Trouble) return error;
  const words = `${error?.name} ${error?.message ?? error}`;
  return new Trouble(/memory|allocat|bad_alloc|RangeError/i.test(words) ? "memory" : "broken", error);
}
