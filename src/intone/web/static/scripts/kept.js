// A text that this browser keeps. A browser may forbid to keep anything; then it is kept until the page is left.

// Returns { get() -> the text or null, set(text or null) }.
export function keeper(key) {
  let memory = null;
  return {
    get() {
      try {
        return localStorage.getItem(key) ?? memory;
      } catch {
        return memory;
      }
    },
    set(text) {
      memory = text;
      try {
        if (text) localStorage.setItem(key, text);
        else localStorage.removeItem(key);
      } catch { /* memory has it */ }
    },
  };
}
