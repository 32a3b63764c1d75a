import { rules, sortedFindings, type Checked, type Finding } from './finding.ts';

/** Formats of `-o`. */
export const formats: Readonly<Record<string, (checked: Checked) => string>> = {
  '': textReport,
  json: (checked) =>
    `${JSON.stringify({ ...checked, findings: sortedFindings(checked.findings) }, undefined, 2)}\n`,
  name: ({ findings }) =>
    [...new Set(sortedFindings(findings).map(({ file }) => file))]
      .map((file) => `${file}\n`)
      .join(''),
  junit: junitReport,
  sarif: sarifReport,
};

function textReport({ findings, files, objects, charts }: Checked): string {
  const lines = sortedFindings(findings).map(
    (each) =>
      `${placeOf(each)}: ${each.level}: ${each.id === undefined ? '' : `${each.id}: `}${each.message}\n`,
  );
  const count = (level: Finding['level']): number =>
    findings.filter((each) => each.level === level).length;
  const looked = `${files} files, ${objects} objects, ${charts} charts rendered`;
  return `${lines.join('')}${looked}: ${count('error')} errors, ${count('warning')} warnings\n`;
}

function placeOf({ file, line }: Finding): string {
  return line === undefined ? file : `${file}:${line}`;
}

/** One case for each file: those without errors are there too, as passed. */
function junitReport({ findings }: Checked): string {
  const errors = sortedFindings(findings).filter(({ level }) => level === 'error');
  const files = [...new Set(sortedFindings(findings).map(({ file }) => file))];
  const cases = files.map((file) => {
    const own = errors.filter((each) => each.file === file);
    const failures = own.map(
      (each) =>
        `      <failure type="${each.rule}" message="${xml(each.message)}">${xml(placeOf(each))}</failure>\n`,
    );
    const name = `    <testcase classname="trice check" name="${xml(file)}"`;
    return failures.length === 0
      ? `${name}/>\n`
      : `${name}>\n${failures.join('')}    </testcase>\n`;
  });
  const failed = new Set(errors.map(({ file }) => file)).size;
  const suite = `name="trice check" tests="${files.length}" failures="${failed}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite ${suite}>
${cases.join('')}  </testsuite>
</testsuites>
`;
}

function xml(text: string): string {
  return (
    text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      // What XML cannot hold at all.
      .replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F]/g, '?')
  );
}

/** SARIF 2.1.0, as forges show it beside the lines. */
function sarifReport({ findings }: Checked): string {
  const results = sortedFindings(findings).map(({ level, rule, file, line, id, message }) => ({
    ruleId: rule,
    level,
    message: { text: id === undefined ? message : `${id}: ${message}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: encodeURI(file) },
          ...(line === undefined ? {} : { region: { startLine: line } }),
        },
      },
    ],
  }));
  const described = Object.entries(rules).map(([id, text]) => ({ id, shortDescription: { text } }));
  const driver = { name: 'trice check', rules: described };
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver }, results }],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}
