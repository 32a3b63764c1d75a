import { invalid } from '../../../base/index.ts';

type Labels = Readonly<Record<string, string>>;
type Test = (labels: Labels) => boolean;

const clause =
  /^\s*(?:(!)\s*([^\s!=,()]+)|([^\s!=,()]+)\s*(?:(==|=|!=|<|>)\s*([^\s!=,()]*)|\s(in|notin)\s*\(([^()]*)\))?)\s*(?:,|$)/;

/** A test for Kubernetes' text form of label selectors, e.g. `app=a,env in (x, y),!old`. */
export function labelMatcher(selector: string): Test {
  const tests: Test[] = [];
  for (let rest = selector; rest.trim() !== '';) {
    const match = clause.exec(rest);
    if (match === null) throw invalid(`unable to parse requirement: found '${rest.trim()}'`);
    tests.push(testOf(match));
    rest = rest.slice(match[0].length);
  }
  return (labels) => tests.every((test) => test(labels));
}

function testOf([
  ,
  not,
  absent = '',
  key = '',
  operator,
  value = '',
  within,
  list = '',
]: RegExpExecArray): Test {
  if (not !== undefined) return (labels) => !Object.hasOwn(labels, absent);
  if (within !== undefined) {
    const values = new Set(list.split(',').map((each) => each.trim()));
    return within === 'in'
      ? (labels) => Object.hasOwn(labels, key) && values.has(labels[key] ?? '')
      : (labels) => !Object.hasOwn(labels, key) || !values.has(labels[key] ?? '');
  }
  return compare(key, operator, value);
}

function compare(key: string, operator: string | undefined, value: string): Test {
  switch (operator) {
    case undefined:
      return (labels) => Object.hasOwn(labels, key);
    case '!=':
      return (labels) => !Object.hasOwn(labels, key) || labels[key] !== value;
    case '<':
      return (labels) => Object.hasOwn(labels, key) && Number(labels[key]) < Number(value);
    case '>':
      return (labels) => Object.hasOwn(labels, key) && Number(labels[key]) > Number(value);
    default:
      return (labels) => Object.hasOwn(labels, key) && labels[key] === value;
  }
}
