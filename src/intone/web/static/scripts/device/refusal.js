// Why a recording cannot be answered, and sentences that whoever shows them says in the language of the reader.

// A sentence is its English template, by which the language tables know it, and the values that fill its places. A
// value may be a sentence itself.
export const said = (text, values = {}) => ({ text, values });

// `kind` is the name of the error in intone/errors.py: NoSpeech, TooShort, Damaged or UnfitReference.
export class Refusal extends Error {
  constructor(kind, sentence) {
    super(sentence.text);
    this.name = "Refusal";
    this.kind = kind;
    this.sentence = sentence;
  }
}

// Whether a recording, or a channel of it, holds too little speech to be answered: another may hold more.
export const holdsTooLittle = (error) => error instanceof Refusal && ["NoSpeech", "TooShort"].includes(error.kind);
