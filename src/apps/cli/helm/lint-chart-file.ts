import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isRecord, messageOf } from '../../../base/index.ts';
import type { JsonRecord } from '../../../base/index.ts';
import { goQuote } from '../../../lib/gotemplate/index.ts';
import { isCompatible, unmarshal, versionIn } from '../../../lib/helm/index.ts';
import type { LintMessage } from './lint-templates.ts';

const where = 'Chart.yaml';

/** What `helm lint` says of Chart.yaml, rule by rule in Helm's order. */
export async function chartFileMessages(folder: string): Promise<LintMessage[]> {
  let data: unknown;
  try {
    data = unmarshal(await readFile(path.join(folder, where), 'utf8'));
  } catch (thrown) {
    const text = `unable to parse YAML\n\t${messageOf(thrown)}`;
    return [{ severity: 'ERROR', path: where, text }];
  }
  const chart = isRecord(data) ? data : {};
  return rules.flatMap((rule): LintMessage[] => {
    const text = rule(chart);
    if (text === undefined) return [];
    return [{ severity: rule === iconPresence ? 'INFO' : 'ERROR', path: where, text }];
  });
}

type Rule = (chart: JsonRecord) => string | undefined;

const isEmpty = (value: unknown): boolean => value === undefined || value === null || value === '';

const said = (value: unknown): string => (isEmpty(value) ? '' : String(value));

function notText(field: string): Rule {
  return (chart) => {
    const value = chart[field];
    if (value === undefined || typeof value === 'string') return undefined;
    const names: Record<string, string> = { number: 'float64', boolean: 'bool', object: '<nil>' };
    const type = names[typeof value] ?? typeof value;
    return `${field} should be of type string but it's of type ${type}`;
  };
}

const name: Rule = (chart) => {
  const text = said(chart['name']);
  if (text === '') return 'name is required';
  return text.includes('/') ? `chart name ${goQuote(text)} is invalid` : undefined;
};

const apiVersion: Rule = (chart) => {
  const text = said(chart['apiVersion']);
  if (text === '') return 'apiVersion is required. The value must be either "v1" or "v2"';
  if (text === 'v1' || text === 'v2') return undefined;
  return `apiVersion '${text}' is not valid. The value must be either "v1" or "v2"`;
};

const version: Rule = (chart) => {
  const text = said(chart['version']);
  if (text === '') return 'version is required';
  if (versionIn(text) === undefined) return `version '${text}' is not a valid SemVer`;
  if (isCompatible('>0.0.0-0', text)) return undefined;
  return `version ${text} is less than or equal to 0.0.0-0`;
};

const email =
  /^[\p{L}\d!#$%&'*+\-/=?^_`{|}~.]+@([\p{L}\d]([\p{L}\d._~-]*[\p{L}\d])?\.)+[\p{L}]([\p{L}\d._~-]*[\p{L}])?\.?$/u;

function isUrl(text: string): boolean {
  if (text.startsWith('.') || text.length <= 3) return false;
  const url = text.includes('://') ? text : `http://${text}`;
  return URL.canParse(url) && /[.:]|^localhost/.test(new URL(url).host) && !/\s/.test(text);
}

/** Go's ParseRequestURI with a scheme. */
function isRequestUrl(text: string): boolean {
  return /^[a-z][a-z\d+.-]*:[^\s\x7f]*$/i.test(text) && !/:\/\/[^/]*[\s<>"]/.test(text);
}

const maintainers: Rule = (chart) => {
  const list = Array.isArray(chart['maintainers']) ? (chart['maintainers'] as unknown[]) : [];
  for (const each of list) {
    if (!isRecord(each)) return 'a maintainer entry is empty';
    const [who, mail, url] = [said(each['name']), said(each['email']), said(each['url'])];
    if (who === '') return 'each maintainer requires a name';
    if (mail !== '' && !email.test(mail)) return `invalid email '${mail}' for maintainer '${who}'`;
    if (url !== '' && !isUrl(url)) return `invalid url '${url}' for maintainer '${who}'`;
  }
  return undefined;
};

const sources: Rule = (chart) => {
  const list = Array.isArray(chart['sources']) ? (chart['sources'] as unknown[]) : [];
  const bad = list.map(said).find((each) => each === '' || !isRequestUrl(each));
  return bad === undefined ? undefined : `invalid source URL '${bad}'`;
};

const iconPresence: Rule = (chart) => (isEmpty(chart['icon']) ? 'icon is recommended' : undefined);

const iconUrl: Rule = (chart) => {
  const text = said(chart['icon']);
  return text === '' || isRequestUrl(text) ? undefined : `invalid icon URL '${text}'`;
};

const type: Rule = (chart) =>
  isEmpty(chart['type']) || chart['apiVersion'] === 'v2'
    ? undefined
    : `chart type is not valid in apiVersion '${said(chart['apiVersion'])}'. It is valid in apiVersion 'v2'`;

const dependencies: Rule = (chart) =>
  Array.isArray(chart['dependencies']) &&
  chart['dependencies'].length > 0 &&
  chart['apiVersion'] !== 'v2'
    ? `dependencies are not valid in the Chart file with apiVersion '${said(chart['apiVersion'])}'. They are valid in apiVersion 'v2'`
    : undefined;

const rules: readonly Rule[] = [
  name,
  apiVersion,
  notText('version'),
  version,
  notText('appVersion'),
  maintainers,
  sources,
  iconPresence,
  iconUrl,
  type,
  dependencies,
];
