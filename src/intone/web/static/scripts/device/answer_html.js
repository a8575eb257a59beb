// The HTML of an answer that was found here, from the server's own templates (browser_templates.py).

import { fixed } from "./decimals.js";
import { drawn } from "./drawn.js";
import { sum } from "./numbers.js";
import { render } from "./render.js";
import { Texts, told } from "./texts.js";
import { held } from "./values.js";

const TEMPLATE = "_parts.html";

// `answer`: { views, classes, asked_sex, waveform }, perhaps with such `parts` for each channel or track. `page`: what
// `page` in browser_templates.py gives.
export function answerHtml(answer, page) {
  const texts = new Texts(page.texts);
  const { facts } = page;
  return render(TEMPLATE, page.templates, filters(page, texts), {
    ...Object.fromEntries(held(page.globals)),
    recognizer: held(facts.recognizer),
    schemes: held(facts.schemes),
    emotions: facts.emotions,
    figures: held(facts.results),
    licence: facts.settings.licence,
    t: Object.assign((key, values) => texts.t(key, values), { has: (key) => texts.has(key), language: texts.language }),
    url_for: (endpoint, file) => address(page, [endpoint, ...Object.values(file ?? {})].join("/")),
    class_names: () => facts.classes,
    class_marks: () => held(page.marks),
    left_out: (scheme) => leftOut(facts, scheme),
    answer: recording(answer, page),
    scripted: true,
  });
}

function address(page, name) {
  if (!Object.hasOwn(page.addresses, name)) throw new Error(`There is no address of ${name}.`);
  return page.addresses[name];
}

function leftOut({ emotions, schemes }, scheme) {
  const there = Object.values(schemes[scheme].groups).flat();
  return emotions.filter((one) => !there.includes(one));
}

// An answer as the templates name it: `Answer` in answers.py.
function recording(answer, page) {
  if (answer.error !== undefined) return held({ channel: null, track: null, ...answer });
  const names = page.facts.shown.filter((name) => name in answer.views);
  const views = new Map(names.map((name) => [name, prediction(answer.views[name], page)]));
  const reasons = Object.values(answer.views).flatMap((one) => one.reasons);
  return new Map(Object.entries({
    views,
    classes: answer.classes,
    first: views.get(answer.classes),
    asked_sex: answer.asked_sex,
    stress: stress(answer.views.stress),
    apart: reasons.some((one) => textOf(one) === page.rules.own_voices),
    parts: (answer.parts ?? []).map((one) => recording(one, page)),
    drawn: () => drawn(answer, names, page),
  }));
}

const textOf = (sentence) => sentence.text ?? sentence;
const ALONE = { speaker: null, overlap: false };
const LEFT_OUT = {
  channel: null, track: null, attributions: [], reliability: null, adapted_to: null, summary: null,
};

// A view, `Prediction.to_dict()`, as the templates name it: `Prediction`.
function prediction(view, { facts, rules, texts }) {
  const segments = view.segments.map((one) => ({ ...ALONE, ...one }));
  const timed = (one) => segments.find(({ start_s }) => start_s === one.start_s);
  const summary = view.summary && { ...view.summary, strongest: view.summary.strongest.map(timed) };
  const inside = Object.entries(view.probabilities).map(([name, share]) => [name, share * (1 - view.outside)]);
  const shares = Object.fromEntries(view.outside ? [...inside, [facts.decision.neither, view.outside]] : inside);
  const said = (sentences) => sentences.map((one) => told(one, texts));
  const speakers = (view.speakers ?? []).map((one) => ({ channel: null, ...one }));
  return held({
    ...LEFT_OUT, ...view, segments, speakers, shares, summary: summary ?? null, reasons: said(view.reasons),
    reasons_left: said(view.reasons.filter((one) => textOf(one) !== rules.mean)),
  });
}

// Share of the speech in segments that sound stressed; null where that cannot be told.
function stress(view) {
  if (!view) return null;
  const seconds = (segments) => sum(segments.map((one) => one.end_s - one.start_s));
  return seconds(view.segments.filter((one) => one.label === "stressed")) / seconds(view.segments);
}

// How templates write numbers, times and names: template_filters.py and views.py.
export function filters({ facts, rules, texts: table }, texts) {
  const word = (label) => texts.word(label);
  const percent = (share) => texts.percent(Number(share));
  const direction = (move, least) => (Math.abs(move) < least ? null : move > 0 ? "up" : "down");
  return {
    percent,
    word,
    clock: (seconds) => texts.clock(Number(seconds)),
    tone: (label) => facts.sides[label] ?? "neutral",
    named: (names) => names.map(word).join(", "),
    likelihood: (part) => (part.get("shares") ?? part.get("probabilities")).get(part.get("label")) ?? null,
    scale_of: (scheme) => told(facts.scales[scheme], table),
    reasons_left: (seen) => seen.get("reasons_left"),
    part_name: (one) =>
      one.get("channel") ? texts.t("answer.channel", { number: one.get("channel") })
        : one.get("track") ? texts.t("answer.track", { number: one.get("track") }) : "",
    trend: (story) => direction(story.get("valence").at(-1) - story.get("valence")[0], rules.steady) ?? "steady",
    reacts: (one) => (one.get("reaction") === null ? null : direction(one.get("reaction"), rules.reacts)),
    manner(one) {
      const [[most, share]] = one.get("emotions");
      const itself = most === one.get("label");
      if (one.get("emotions").size === 1) return [itself ? "always" : "mostly", most];
      return [itself && share >= facts.summary.holds ? "mostly" : "changing", most];
    },
    odds: (found) =>
      texts.t(rules.odds[found.get("condition")], {
        answers: found.get("answers"),
        low: fixed(100 * found.get("low"), 0),
        high: found.get("high") < 1 ? percent(found.get("high")) : texts.t("answer.odds.all"),
        right: percent(found.get("right")),
      }),
  };
}
