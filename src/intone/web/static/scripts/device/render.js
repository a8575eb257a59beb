// Renders templates from their trees (browser_templates.py), as Jinja does: a tree is [kind, ...fields]. Names live in
// scopes, objects that inherit from the scope around them.

import { BUILT_IN, TESTS, filledIn } from "./filters.js";
import { Real } from "./decimals.js";
import { elements, equal, field, holds, html, item, Markup, Missing, text, there, truth } from "./values.js";

// The text of a template. `trees`: all templates by name; `filters` besides those of Jinja; `names`: what they can use.
export function render(name, trees, filters, names) {
  const scope = Object.assign(Object.create(null), { range }, names);
  return new Renderer(trees, { ...BUILT_IN, ...filters }).template(name, scope);
}

const range = (length) => Array.from({ length }, (_, i) => i);

// Arguments by name.
class Named {}

class Renderer {
  constructor(trees, filters) {
    [this.trees, this.filters] = [trees, filters];
  }

  // What a template writes, into which its own names go.
  template(name, scope) {
    const [, body] = this.trees[name];
    return this.all(body, scope);
  }

  all(body, scope) {
    return body.map(([kind, ...fields]) => STATEMENTS[kind](this, scope, ...fields)).join("");
  }

  value([kind, ...fields], scope) {
    return EXPRESSIONS[kind](this, scope, ...fields);
  }

  values(trees, scope) {
    return trees.map((one) => this.value(one, scope));
  }

  // Positional arguments, and those by name as one object behind them.
  given(args, named, scope) {
    const byName = new Named();
    for (const [, key, one] of named) byName[key] = this.value(one, scope);
    return [...this.values(args, scope), ...(named.length ? [byName] : [])];
  }

  assign([kind, target], value, scope) {
    if (kind === "Name") scope[target] = value;
    else target.forEach((one, i) => this.assign(one, value[i], scope));
  }
}

const inner = (scope) => Object.create(scope);

const STATEMENTS = {
  Output: (at, scope, nodes) =>
    nodes.map((one) => (one[0] === "TemplateData" ? one[1] : html(at.value(one, scope)))).join(""),

  If(at, scope, test, body, others, otherwise) {
    if (truth(at.value(test, scope))) return at.all(body, scope);
    const other = others.find(([, also]) => truth(at.value(also, scope)));
    return at.all(other ? other[2] : otherwise, scope);
  },

  For(at, scope, target, values, body, test) {
    const turns = elements(at.value(values, scope)).map((value) => {
      const turn = inner(scope);
      at.assign(target, value, turn);
      return turn;
    });
    return turns.filter((turn) => !test || truth(at.value(test, turn))).map((turn, i) => {
      turn.loop = new Map([["first", i === 0], ["index", i + 1]]);
      return at.all(body, turn);
    }).join("");
  },

  Assign(at, scope, target, value) {
    at.assign(target, at.value(value, scope), scope);
    return "";
  },

  With(at, scope, targets, values, body) {
    const within = inner(scope);
    targets.forEach((target, i) => at.assign(target, at.value(values[i], scope), within));
    return at.all(body, within);
  },

  Macro(at, scope, name, parameters, defaults, body) {
    scope[name] = (...given) => {
      const call = inner(scope);
      const byName = given.at(-1) instanceof Named ? given.pop() : {};
      parameters.forEach(([, parameter], i) => {
        const usual = defaults[i - parameters.length + defaults.length];
        if (i < given.length) call[parameter] = given[i];
        else if (Object.hasOwn(byName, parameter)) call[parameter] = byName[parameter];
        else call[parameter] = usual ? at.value(usual, call) : new Missing(parameter);
      });
      return new Markup(at.all(body, call));
    };
    return "";
  },

  Include: (at, scope, name) => at.template(at.value(name, scope), inner(scope)),

  FromImport(at, scope, from, names) {
    const module = inner(scope);
    at.template(at.value(from, scope), module);
    for (const [own, called = own] of names.map((one) => [one].flat())) scope[called] = module[own];
    return "";
  },
};

const COMPARISONS = {
  eq: equal,
  ne: (one, other) => !equal(one, other),
  lt: (one, other) => there(one) < there(other),
  gt: (one, other) => there(one) > there(other),
  in: (one, other) => holds(other, one),
};

// Of whole numbers only a division gives a float.
const calculation = (result, real = false) => (at, scope, left, right) => {
  const [one, other] = at.values([left, right], scope);
  const found = result(there(one), there(other));
  return real || one instanceof Real || other instanceof Real ? new Real(found) : found;
};

const EXPRESSIONS = {
  Const: (at, scope, value) => value,
  Name: (at, scope, name) => (name in scope ? scope[name] : new Missing(name)),
  Getattr: (at, scope, one, name) => field(at.value(one, scope), name),
  Getitem(at, scope, one, [kind, ...ends]) {
    const value = at.value(one, scope);
    if (kind !== "Slice") return item(value, at.value([kind, ...ends], scope));
    return value.slice(...ends.map((end) => (end ? at.value(end, scope) : undefined)));
  },
  Call: (at, scope, called, args, named) => there(at.value(called, scope))(...at.given(args, named, scope)),
  Filter: (at, scope, one, name, args, named) =>
    at.filters[name](at.value(one, scope), ...at.given(args, named, scope)),
  Test: (at, scope, one, name) => TESTS[name](at.value(one, scope)),
  CondExpr: (at, scope, test, then, otherwise) =>
    truth(at.value(test, scope)) ? at.value(then, scope) : otherwise ? at.value(otherwise, scope) : "",
  Compare(at, scope, first, others) {
    let left = at.value(first, scope);
    return others.every(([, operator, tree]) => {
      const [before, right] = [left, at.value(tree, scope)];
      left = right;
      return COMPARISONS[operator](before, right);
    });
  },
  Concat(at, scope, nodes) {
    const values = at.values(nodes, scope);
    if (values.some((one) => one instanceof Markup)) return new Markup(values.map(html).join(""));
    return values.map(text).join("");
  },
  Not: (at, scope, one) => !truth(at.value(one, scope)),
  And(at, scope, left, right) {
    const value = at.value(left, scope);
    return truth(value) ? at.value(right, scope) : value;
  },
  Or(at, scope, left, right) {
    const value = at.value(left, scope);
    return truth(value) ? value : at.value(right, scope);
  },
  Tuple: (at, scope, items) => at.values(items, scope),
  Dict: (at, scope, pairs) => new Map(pairs.map(([, key, value]) => at.values([key, value], scope))),
  Add: calculation((one, other) => one + other),
  Sub: calculation((one, other) => one - other),
  Mul: calculation((one, other) => one * other),
  Div: calculation((one, other) => one / other, true),
  Mod(at, scope, left, right) {
    return filledIn(at.value(left, scope), at.value(right, scope));
  },
};
