import { invalid, isRecord } from '../../../base/index.ts';

type Step = (values: readonly unknown[]) => unknown[];

const token =
  /\.\.(\w+)|\.(\*)|\.((?:[^.[\]\\]|\\.)+)|\[(\*)\]|\[(-?\d*)(?::(-?\d*))?\]|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]|\[\?\((.+?)\)\]/y;

/**
 * A reader for the JSONPath subset of printer columns: `.a.b[0]`, `.a[*].c`, `['x.y']`, `.a\.b`,
 * `.a[?(@.type=="Ready")].status`. Throws KnownError('invalid') when the path cannot be read.
 */
export function parseJsonPath(path: string): (object: unknown) => unknown[] {
  const text = path.replace(/^\{(.*)\}$/, '$1').replace(/^\$/, '');
  const steps: Step[] = [];
  let at = 0;
  while (at < text.length) {
    token.lastIndex = at;
    const found = token.exec(text);
    if (found === null) throw invalid(`jsonPath ${path} cannot be read at "${text.slice(at)}"`);
    at = token.lastIndex; // before stepOf, which may use the expression for a filter's own path
    steps.push(stepOf(found));
  }
  return (object) => steps.reduce<unknown[]>((values, step) => step(values), [object]);
}

function stepOf(found: RegExpExecArray): Step {
  const [, deep, star, name, allItems, from, to, quoted, doubleQuoted, filter] = found;
  if (deep !== undefined) return (values) => values.flatMap((value) => descend(value, deep));
  if (star !== undefined || allItems !== undefined) return (values) => values.flatMap(children);
  const key = name ?? quoted ?? doubleQuoted;
  if (key !== undefined) return field(key.replaceAll(/\\(.)/g, '$1'));
  if (filter !== undefined) return filterStep(filter);
  if (from !== undefined) return indexStep(from, to);
  return (values) => [...values];
}

function field(key: string): Step {
  return (values) =>
    values.flatMap((value) => {
      const inner = isRecord(value) ? value[key] : undefined;
      return inner === undefined ? [] : [inner];
    });
}

function indexStep(from: string, to: string | undefined): Step {
  return (values) =>
    values.flatMap((value) => {
      if (!Array.isArray(value)) return [];
      const list = value as unknown[];
      if (to !== undefined) {
        return list.slice(from === '' ? 0 : Number(from), to === '' ? undefined : Number(to));
      }
      const item = list.at(Number(from));
      return item === undefined ? [] : [item];
    });
}

function children(value: unknown): unknown[] {
  if (Array.isArray(value)) return value as unknown[];
  return isRecord(value) ? Object.values(value) : [];
}

function descend(value: unknown, key: string): unknown[] {
  const own = isRecord(value) && value[key] !== undefined ? [value[key]] : [];
  return [...own, ...children(value).flatMap((inner) => descend(inner, key))];
}

const comparison = /^\s*@((?:\.|\[).*?)\s*(?:(==|!=|<=|>=|<|>)\s*(.+?))?\s*$/;

function filterStep(filter: string): Step {
  const parts = comparison.exec(filter);
  if (parts === null) throw invalid(`jsonPath filter ${filter} cannot be read`);
  const [, path = '', operator, literal = ''] = parts;
  const read = parseJsonPath(path);
  const wanted = literalOf(literal);
  return (values) =>
    values.flatMap((value) =>
      children(value).filter((item) => {
        const [found] = read(item);
        return operator === undefined ? found !== undefined : compare(found, operator, wanted);
      }),
    );
}

function literalOf(text: string): unknown {
  const quoted = /^(['"])(.*)\1$/.exec(text);
  if (quoted !== null) return quoted[2];
  if (text === 'true' || text === 'false') return text === 'true';
  return Number.isNaN(Number(text)) ? text : Number(text);
}

function compare(found: unknown, operator: string, wanted: unknown): boolean {
  if (operator === '==') return found === wanted;
  if (operator === '!=') return found !== wanted;
  if (typeof found !== typeof wanted) return false;
  const [a, b] = [found as number, wanted as number];
  if (operator === '<') return a < b;
  if (operator === '>') return a > b;
  return operator === '<=' ? a <= b : a >= b;
}
