import { randomBytes, X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createEngine, functionTable } from '../index.ts';
import { bcryptWith } from './crypto/bcrypt.ts';

const ports = {
  now: () => new Date('2024-02-29T12:00:00Z'),
  random: (size: number) => randomBytes(size),
};

function call(action: string, dot: unknown = null): string {
  const engine = createEngine({ functions: functionTable(ports) });
  try {
    engine.add('t', `{{ ${action} }}`);
    return engine.execute('t', dot);
  } catch (thrown) {
    return `!! ${(thrown as Error).message.replace(/^.*?error calling /s, '')}`;
  }
}

const table = (name: string, rows: readonly (readonly [string, string])[]): void => {
  describe(name, () => {
    test.each(rows)('%s', (action, wanted) => expect(call(action)).toBe(wanted));
  });
};

table('case and strings', [
  ['title "hello wORLD foo-bar"', 'Hello WORLD Foo-Bar'],
  ['snakecase "FirstName HTTPServer2"', 'first_name_http_server2'],
  ['kebabcase "FirstName HTTP"', 'first-name-http'],
  ['camelcase "http_server-x y"', 'HttpServerXY'],
  ['abbrev 8 "hello world"', 'hello...'],
  ['abbrevboth 5 10 "1234 5678 9123"', '...5678...'],
  ['initials "First Try"', 'FT'],
  ['wrap 5 "hello big world"', 'hello\nbig\nworld'],
  ['wrapWith 5 "-" "hellobigworld"', 'hello-bigwo-rld'],
  ['substr 2 -1 "hello"', 'llo'],
  ['substr 4 2 "hello"', '!! substr: runtime error: slice bounds out of range [4:2]'],
  ['trunc -5 "hello world"', 'world'],
  ['trunc 2 "héllo" | len', '2'],
  ['quote "a" 1 nil true 1.5 "\\n"', '"a" "1" "true" "1.5" "\\n"'],
  ['squote "a\'b"', "'a'b'"],
  ['cat "a" nil 1', 'a 1'],
  ['replace "" "-" "ab"', '-a-b-'],
  ['"a\\nb" | nindent 2', '\n  a\n  b'],
  ['repeat -1 "x"', '!! repeat: strings: negative Repeat count'],
  ['split "," "a,b"', 'map[_0:a _1:b]'],
  ['upper "straße"', 'STRAßE'],
]);

table('numbers', [
  ['add 1.9 "2"', '3'],
  ['div 7 2', '3'],
  ['mod -7 3', '-1'],
  ['div 1 0', '!! div: runtime error: integer divide by zero'],
  ['max 1 5 3', '5'],
  ['round 123.5555 2', '123.56'],
  ['mulf 1.1 1.1', '1.21'],
  ['divf 1 3', '0.3333333333333333'],
  [
    'list (int "010") (int "08") (int "0x10") (int "5.0") (int "1.5") (int "1_000")',
    '[8 0 16 5 0 1000]',
  ],
  ['int 1e300', '-9223372036854775808'],
  ['add 9223372036854775807 1', '-9223372036854775808'],
  ['toDecimal "777"', '511'],
  ['seq 5 -2 1', '5 3 1'],
  ['seq -3', '1 0 -1 -2 -3'],
  ['until -3', '[0 -1 -2]'],
  ['untilStep 0 10 3', '[0 3 6 9]'],
]);

table('lists and maps', [
  ['uniq (list 1 1 "a" "a" 1.0)', '[1 a 1]'],
  ['sortAlpha (list "b" "a" 10 9)', '[10 9 a b]'],
  ['chunk 2 (list 1 2 3)', '[[1 2] [3]]'],
  ['first "a"', '!! first: Cannot find first on type string'],
  ['first nil', '!! first: runtime error: invalid memory address or nil pointer dereference'],
  ['slice (list 1 2 3) 1 5', '!! slice: reflect.Value.Slice: slice index out of bounds'],
  ['concat (list 1) (list 2)', '[1 2]'],
  ['dig "a" "z" "def" (dict "a" (dict "b" 5))', 'def'],
  [
    'dig "a" "b" "def" (dict "a" 1)',
    '!! dig: interface conversion: interface {} is int, not map[string]interface {}',
  ],
  ['dict "a"', 'map[a:]'],
  [
    'merge (dict "a" 1 "c" (dict "x" 1)) (dict "a" 2 "b" 3 "c" (dict "x" 2 "y" 3))',
    'map[a:1 b:3 c:map[x:1 y:3]]',
  ],
  [
    'mergeOverwrite (dict "a" "x" "d" 1 "e" (list 1) "f" (dict "g" 1)) (dict "a" "" "d" nil "e" (list) "f" (dict))',
    'map[a: d:<nil> e:[] f:map[g:1]]',
  ],
  ['mergeOverwrite (dict "a" (dict "x" 1)) (dict "a" 1)', 'map[a:1]'],
  ['merge (dict "a" (dict "x" 1)) (dict "a" 1)', 'map[a:map[x:1]]'],
  ['default "d" "" | coalesce nil', 'd'],
  ['deepEqual 1 1.0', 'false'],
  ['pick (dict "a" 1 "b" 2) "b" "c"', 'map[b:2]'],
  ['has 1 (list 1.0 2)', 'false'],
]);

table('documents', [
  ['toYaml (list 1 (list 2 3) (dict "a" (list 1)))', '- 1\n- - 2\n  - 3\n- a:\n  - 1'],
  ['toYaml nil', 'null'],
  [
    'toJson (dict "a" "<b>&" "c" 1e21 "d" 1e-7 "f" nil)',
    '{"a":"\\u003cb\\u003e\\u0026","c":1e+21,"d":1e-7,"f":null}',
  ],
  ['toRawJson "<&>"', '"<&>"'],
  ['toPrettyJson (dict "a" (list) "b" (list 1))', '{\n  "a": [],\n  "b": [\n    1\n  ]\n}'],
  [
    'fromYaml "- a"',
    'map[Error:error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]interface {}]',
  ],
  [
    'fromYaml "a: b: c"',
    'map[Error:error converting YAML to JSON: yaml: mapping values are not allowed in this context]',
  ],
  ['fromJson "x"', "map[Error:invalid character 'x' looking for beginning of value]"],
  [
    'mustFromJson "{\\"a\\":1,}"',
    "!! mustFromJson: invalid character '}' looking for beginning of object key string",
  ],
  ['fromToml "a = "', 'map[Error:toml: line 1 (last key "a"): unexpected EOF; expected value]'],
  [
    'toToml (dict "a" 1 "b" (dict "c" "x" "d" (list 1 2)) "f" 1.0 "i" nil)',
    'a = 1\nf = 1.0\n\n[b]\n  c = "x"\n  d = [1, 2]\n',
  ],
  ['toToml (dict "t" (list (dict "a" 1) (dict "a" 2)))', '[[t]]\n  a = 1\n\n[[t]]\n  a = 2\n'],
]);

table('patterns and versions', [
  ['regexReplaceAll "a(x*)b" "-ab-axxb-" "${1}W"', '-W-xxW-'],
  ['regexReplaceAll "a(x*)b" "-ab-axxb-" "$1W"', '---'],
  ['regexSplit "z+" "pizza" -1', '[pi a]'],
  ['regexFindAll "a*" "baac" -1', '[ aa ]'],
  ['regexFindAll "q" "baac" -1 | toJson', 'null'],
  ['regexMatch "(" "x"', 'false'],
  ['mustRegexMatch "(" "x"', '!! mustRegexMatch: error parsing regexp: missing closing ): `(`'],
  [
    'regexFind "(" "x"',
    '!! regexFind: regexp: Compile(`(`): error parsing regexp: missing closing ): `(`',
  ],
  ['regexMatch "(a+)+$" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"', 'false'],
  ['semverCompare ">=1.14-0" "v1.16.3-gke.1"', 'true'],
  ['semverCompare ">=1.14" "v1.16.3-gke.1"', 'false'],
  ['semverCompare "1.2 - 1.4.5" "1.4.6"', 'false'],
  ['semverCompare "=1.2.3 || >=2" "2.1"', 'true'],
  ['semverCompare "^0.0.3" "0.0.4"', 'false'],
  ['semverCompare "" "1"', '!! semverCompare: improper constraint: ""'],
  ['(semver "v1.2").IncMinor.Original', 'v1.3.0'],
  ['semver "1.2.3-01"', '!! semver: version segment starts with 0'],
]);

table('dates', [
  ['duration "95"', '1m35s'],
  ['duration 95', '0s'],
  ['durationRound "2400h10m5s"', '3mo'],
  ['dateInZone "2006-01-02T15:04:05Z07:00" 0 "America/New_York"', '1969-12-31T19:00:00-05:00'],
  [
    'dateInZone "Mon Jan _2 15:04:05.000 MST 2006" (int64 1720000000) "Europe/Berlin"',
    'Wed Jul  3 11:46:40.000 CEST 2024',
  ],
  ['toDate "2006-01-02" "2017-12-31"', '2017-12-31 00:00:00 +0000 UTC'],
  ['dateModify "-1.5h" (toDate "2006-01-02" "2017-12-31")', '2017-12-30 22:30:00 +0000 UTC'],
  [
    'mustToDate "2006-01-02" "2017-13-31"',
    '!! mustToDate: parsing time "2017-13-31": month out of range',
  ],
  ['htmlDate now', '2024-02-29'],
  ['(now.AddDate 1 0 0).Format "2006-01-02"', '2025-03-01'],
  ['(toDate "15:04:05" "13:47:31").Truncate 3600000000000', '0000-01-01 13:00:00 +0000 UTC'],
  ['(toDate "15:04:05" "13:47:31").Round 3600000000000', '0000-01-01 14:00:00 +0000 UTC'],
  ['(toDate "15:04:05" "13:47:31").Round -5', '0000-01-01 13:47:31 +0000 UTC'],
  ['(toDate "15:04:05" "13:47:31").Add 1e9', '0000-01-01 13:47:32 +0000 UTC'],
  ['ago (toDate "2006-01-02" "2024-02-29")', '12h0m0s'],
  ['unixEpoch now', '1709208000'],
]);

table('paths, URLs, encodings', [
  ['clean "/a/../b//c/."', '/b/c'],
  ['dir "a/b" | base', 'a'],
  [
    'urlParse "http://u:p@h:80/p/a?q=1#f"',
    'map[fragment:f host:h:80 hostname:h opaque: path:/p/a query:q=1 scheme:http userinfo:u:p]',
  ],
  ['urlJoin (dict "scheme" "https" "host" "h" "path" "a b" "query" "q")', 'https://h/a%20b?q'],
  ['b64dec "!!"', 'illegal base64 data at input byte 0'],
  ['b32enc "hi" | b32dec', 'hi'],
  ['adler32sum "abc"', '38600999'],
  ['sha1sum "a"', '86f7e437faa5a7fce15d1ddcb9eaeaea377667b8'],
  ['derivePassword 1 "long" "password" "user" "example.com"', 'ZedaFaxcZaso9*'],
  ['derivePassword 2 "maximum" "p" "u" "s"', 'GVrMlwPINBRhIcQLa58%'],
  ['derivePassword 1 "nope" "p" "u" "s"', 'cannot find password template nope'],
  ['decryptAES "secretkey" "30tEfhuJSVRhpG97XCuWgz2okj7L8vQ1s6V9zVUPeDQ="', 'plaintext'],
  ['encryptAES "k" "x" | decryptAES "k"', 'x'],
  ['htpasswd "a:b" "x"', 'invalid username: a:b'],
  ['genPrivateKey "x"', 'Unknown type x'],
]);

describe('crypto that other programs can use', () => {
  test('bcrypt gives the published answers', () => {
    const salt = Buffer.from('144b3d691a7b4ecf39cf735c7fa7a79c', 'hex');
    const wanted = '$2a$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s.';
    expect(bcryptWith('', salt, 6)).toBe(wanted);
    expect(call('htpasswd "u" "p"')).toMatch(/^u:\$2a\$10\$[./A-Za-z0-9]{53}$/);
  });

  test('a certificate signed by a CA of genCA', () => {
    const text = call(
      '$ca := genCA "my ca" 365 }}{{ $c := genSignedCert "host" (list "10.0.0.1" "::1") (list "a.example") 30 $ca }}{{ $ca.Cert }}|{{ $c.Cert }}|{{ $c.Key ',
    );
    const [ca = '', cert = '', key = ''] = text.split('|');
    const [authority, leaf] = [new X509Certificate(ca), new X509Certificate(cert)];
    expect(leaf.verify(authority.publicKey)).toBe(true);
    expect(leaf.checkIssued(authority)).toBe(true);
    expect(leaf.checkHost('a.example')).toBe('a.example');
    expect(leaf.checkIP('10.0.0.1')).toBe('10.0.0.1');
    expect(leaf.subject).toBe('CN=host');
    expect([authority.ca, leaf.ca]).toEqual([true, false]);
    expect(leaf.validTo).toContain('Mar 30 12:00:00 2024');
    expect(key).toMatch(/^-----BEGIN RSA PRIVATE KEY-----/);
  });

  test('a plain dict is no CA, and a bad address is named', () => {
    expect(call('genSignedCert "h" nil nil 1 (dict "Cert" "x")')).toMatch(
      /expected sprig.certificate; got map/,
    );
    expect(call('genSelfSignedCert "h" (list "x") nil 1')).toBe(
      '!! genSelfSignedCert: error parsing ip: x',
    );
  });

  test.each(['ecdsa', 'ed25519'])(
    'genPrivateKey %s makes a key that signs a certificate',
    (kind) => {
      const text = call(`(genCAWithKey "c" 1 (genPrivateKey "${kind}")).Cert`);
      const certificate = new X509Certificate(text);
      expect(certificate.verify(certificate.publicKey)).toBe(true);
    },
  );

  test('random functions have the right shape', () => {
    expect(call('randAlphaNum 20')).toMatch(/^[A-Za-z0-9]{20}$/);
    expect(call('randNumeric 5')).toMatch(/^[0-9]{5}$/);
    expect(call('uuidv4')).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(call('randInt 3 5')).toMatch(/^[34]$/);
    expect(call('randBytes 3')).toMatch(/^[A-Za-z0-9+/]{4}$/);
  });
});

test('every function of the completeness list is there', () => {
  const names =
    'trimall biggest push tuple must_date_modify date_in_zone date_modify genCAWithKey genSelfSignedCertWithKey genSignedCertWithKey buildCustomCert osBase mustToRawJson mustMergeOverwrite mustRegexReplaceAllLiteral fromYamlArray toYamlPretty getHostByName htmlDateInZone hello';
  const known = functionTable();
  expect(names.split(' ').filter((name) => known[name] === undefined)).toEqual([]);
  expect([known['env'], known['expandenv']]).toEqual([undefined, undefined]);
});
