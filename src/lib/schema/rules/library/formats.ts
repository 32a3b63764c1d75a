import { Optional, type Environment } from '@marcbachmann/cel-js';

/** A named format of texts; `validate` gives the complaints, none when all is well. */
class FormatValue {
  readonly #complain: (text: string) => readonly string[];

  constructor(complain: (text: string) => readonly string[]) {
    this.#complain = complain;
  }

  validate(text: string): Optional<readonly string[]> {
    const complaints = this.#complain(text);
    return complaints.length === 0 ? Optional.none() : Optional.of(complaints);
  }
}

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomain = `${label}(\\.${label})*`;
const labelText =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const subdomainText =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const label1035Text =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const valueText =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

function shaped(pattern: string, maxLength: number, why: string): FormatValue {
  const whole = new RegExp(`^(?:${pattern})$`);
  return new FormatValue((text) => {
    if (text.length > maxLength) return [`must be no more than ${maxLength} characters`];
    return whole.test(text) ? [] : [why];
  });
}

const formats: Readonly<Record<string, FormatValue>> = {
  dns1123Label: shaped(label, 63, labelText),
  dns1123Subdomain: shaped(subdomain, 253, subdomainText),
  dns1035Label: shaped('[a-z]([-a-z0-9]*[a-z0-9])?', 63, label1035Text),
  dns1123LabelPrefix: shaped(`${label}-?`, 63, labelText),
  dns1123SubdomainPrefix: shaped(`${subdomain}-?`, 253, subdomainText),
  dns1035LabelPrefix: shaped('[a-z]([-a-z0-9]*[a-z0-9])?-?', 63, label1035Text),
  labelValue: shaped('(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?', 63, valueText),
  qualifiedName: shaped(
    `(${subdomain}/)?([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]`,
    317,
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  ),
  uri: new FormatValue((text) =>
    /^([A-Za-z][A-Za-z0-9+.-]*:|\/)\S*$/.test(text) ? [] : ['invalid URI for request'],
  ),
  uuid: shaped(
    '[0-9A-Fa-f]{8}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{12}',
    36,
    'does not match the UUID format',
  ),
  byte: shaped(
    '(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?',
    Infinity,
    'invalid base64',
  ),
  date: shaped('\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])', 10, 'invalid date'),
  datetime: shaped(
    '\\d{4}-\\d{2}-\\d{2}[Tt ]\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?([Zz]|[+-]\\d{2}:?\\d{2})',
    Infinity,
    'invalid datetime',
  ),
};

class FormatNamespace {}

/** `format.dns1123Label().validate(text)`, `format.named('uuid')`. */
export function addFormatLibrary(environment: Environment): void {
  const type = 'kubernetes.NamedFormat';
  environment.registerType(type, FormatValue);
  environment.registerType('kubernetes.FormatNamespace', FormatNamespace);
  environment.registerConstant('format', 'kubernetes.FormatNamespace', new FormatNamespace());
  const add = environment.registerFunction.bind(environment);
  add(`${type}.validate(string): optional<list<string>>`, (format: FormatValue, text: string) =>
    format.validate(text),
  );
  add(`kubernetes.FormatNamespace.named(string): optional<${type}>`, (_: unknown, name: string) =>
    Object.hasOwn(formats, name) ? Optional.of(formats[name]) : Optional.none(),
  );
  for (const [name, format] of Object.entries(formats))
    add(`kubernetes.FormatNamespace.${name}(): ${type}`, () => format);
}
