// The HTML of an answer that was found here: the server's own templates, with the server's values (browser_templates.py).

import { drawn } from "./drawn.js";
import { fixed } from "./decimals.js";
import { render } from "./render.js";
import { Texts, told } from "./texts.js";
import { held } from "./values.js";

const TEMPLATE = "_parts.html";

// `answer`: { views, classes, asked_sex, waveform }, or such `parts` for each channel or track besides. `page`: what
// `page` in browser_templates.py gives.
export function answerHtml(answer, page) {
  const texts = new Texts(page.texts);
  return render(TEMPLATE, page.templates, filters(page, texts), {
    ...Object.fromEntries(Object.entries(page.globals).map(([name, value]) => [name, held(value)])),
    t: Object.assign((key, values) => texts.t(key, values), { has: (key) => texts.has(key), language: texts.language }),
    url_for: (endpoint, file) => address(page, [endpoint, ...Object.values(file ?? {})].join("/")),
    class_names: () => Object.keys(page.marks),
    class_marks: () => held(page.marks),
    left_out: (scheme) => page.rules.left_out[scheme],
    answer: recording(answer, page),
    scripted: true,
  });
}

function address(page, name) {
  if (!Object.hasOwn(page.addresses, name)) throw new Error(`There is no address of ${name}.`);
  return page.addresses[name];
}

// An answer as the templates name it: `Answer` in answers.py.
function recording(answer, page) {
  if (answer.error !== undefined) return held({ channel: null, track: null, ...answer });
  const { rules, texts } = page;
  const order = rules.order.filter((name) => name in answer.views);
  const views = new Map(order.map((name) => [name, prediction(answer.views[name], rules, texts)]));
  const reasons = Object.values(answer.views).flatMap((one) => one.reasons);
  return new Map(Object.entries({
    views,
    classes: answer.classes,
    first: views.get(answer.classes),
    asked_sex: answer.asked_sex,
    stress: stress(views.get("stress")),
    apart: reasons.some((one) => textOf(one) === rules.own_voices),
    parts: (answer.parts ?? []).map((one) => recording(one, page)),
    drawn: () => drawn(answer, order, page),
  }));
}

const textOf = (sentence) => sentence.text ?? sentence;
const ALONE = { speaker: null, overlap: false };
const LEFT_OUT = {
  channel: null, track: null, attributions: [], reliability: null, adapted_to: null, summary: null, speakers: [],
};

// A view, `Prediction.to_dict()`, as the templates name it: `Prediction`.
function prediction(view, rules, texts) {
  const segments = view.segments.map((one) => ({ ...ALONE, ...one }));
  const timed = (one) => segments.find((other) => other.start_s === one.start_s && other.end_s === one.end_s);
  const summary = view.summary && { ...view.summary, strongest: view.summary.strongest.map(timed) };
  const inside = Object.entries(view.probabilities).map(([name, share]) => [name, share * (1 - view.outside)]);
  const shares = Object.fromEntries(view.outside ? [...inside, [rules.neither, view.outside]] : inside);
  const left = view.reasons.filter((one) => textOf(one) !== rules.mean);
  return held({
    ...LEFT_OUT, ...view, segments, shares, summary: summary ?? null, reasons: sentences(view.reasons, texts),
    reasons_left: sentences(left, texts),
  });
}

const sentences = (all, texts) => all.map((one) => told(one, texts));

// Share of the speech in segments that sound stressed; null where that cannot be told.
function stress(seen) {
  if (!seen) return null;
  const seconds = (all) => all.reduce((sum, one) => sum + (one.get("end_s") - one.get("start_s")), 0);
  const segments = seen.get("segments");
  return segments.length ? seconds(segments.filter((one) => one.get("label") === "stressed")) / seconds(segments) : 0;
}

// How templates write numbers, times and names: template_filters.py and views.py.
export function filters({ rules, scales, texts: table }, texts) {
  const word = (label) => texts.word(label);
  const percent = (share) => texts.percent(Number(share));
  const direction = (move, least) => (Math.abs(move) < least ? null : move > 0 ? "up" : "down");
  return {
    percent,
    word,
    clock: (seconds) => texts.clock(Number(seconds)),
    tone: (label) => rules.tones[label] ?? "neutral",
    named: (names) => names.map(word).join(", "),
    likelihood: (part) => (part.get("shares") ?? part.get("probabilities")).get(part.get("label")) ?? null,
    scale_of: (scheme) => told(scales[scheme], table),
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
      return [itself && share >= rules.holds ? "mostly" : "changing", most];
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
