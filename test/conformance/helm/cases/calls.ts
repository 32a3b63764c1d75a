import { type Case, operands, texts } from './case.ts';

/** Every function with arguments it likes; each is tried with all kinds in each place. */
export const signatures: readonly string[] = `
abbrev 5 "hello world"
abbrevboth 5 10 "1234 5678 9123"
add 1 2
add1 1
add1f 1.5
addf 1 2.5
adler32sum "abc"
all 1 0
and 1 0
any 0 1
append (list 1) 2
atoi "42"
b32dec "NBUQ===="
b32enc "hi"
b64dec "aGk="
b64enc "hi"
base "/a/b"
biggest 1 5
camelcase "foo_bar"
cat "a" 1
ceil 1.2
chunk 2 (list 1 2 3)
clean "/a/../b"
coalesce 0 1
compact (list 1 0 2)
concat (list 1) (list 2)
contains "e" "hello"
date "2006" 0
dateInZone "2006" 0 "UTC"
date_in_zone "2006" 0 "UTC"
dateModify "1h" (toDate "2006" "2020")
date_modify "1h" (toDate "2006" "2020")
decryptAES "k" "x"
deepCopy (dict "a" 1)
deepEqual 1 1
default 1 0
derivePassword 1 "long" "password" "user" "example.com"
dict "a" 1
dig "a" "d" (dict "a" 1)
dir "/a/b"
div 7 2
divf 7 2
duration "95"
durationRound "2h10m"
empty ""
eq 1 1
ext "a.b"
fail "x"
first (list 1 2)
float64 "1.5"
floor 1.8
fromJson "{\\"a\\":1}"
fromJsonArray "[1]"
fromToml "a = 1"
fromYaml "a: 1"
fromYamlArray "[1]"
ge 1 1
genPrivateKey "none"
get (dict "a" 1) "a"
getHostByName "x"
gt 1 1
has 1 (list 1)
hasKey (dict "a" 1) "a"
hasPrefix "h" "hello"
hasSuffix "o" "hello"
hello
html "<"
htmlDate 0
htmlDateInZone 0 "UTC"
include "none" 1
indent 2 "a"
index (list 1 2) 0
initial (list 1 2)
initials "Foo Bar"
int "5"
int64 "5"
isAbs "/a"
join "-" (list 1 2)
js "'"
kebabcase "FooBar"
keys (dict "a" 1)
kindIs "string" "a"
kindOf 1
last (list 1 2)
le 1 1
len "abc"
list 1 2
lookup "v1" "Pod" "a" "b"
lower "A"
lt 1 1
max 1 2
maxf 1 2
merge (dict "a" 1) (dict "b" 2)
mergeOverwrite (dict "a" 1) (dict "a" 2)
min 1 2
minf 1 2
mod 7 3
mul 2 3
mulf 2 3
must_date_modify "1h" (toDate "2006" "2020")
mustAppend (list 1) 2
mustChunk 2 (list 1 2 3)
mustCompact (list 1 0)
mustDateModify "1h" (toDate "2006" "2020")
mustDeepCopy (dict "a" 1)
mustFirst (list 1)
mustFromJson "1"
mustHas 1 (list 1)
mustInitial (list 1 2)
mustLast (list 1)
mustMerge (dict "a" 1) (dict "b" 2)
mustMergeOverwrite (dict "a" 1) (dict "a" 2)
mustPrepend (list 1) 2
mustPush (list 1) 2
mustRegexFind "l+" "hello"
mustRegexFindAll "l" "hello" -1
mustRegexMatch "l" "hello"
mustRegexReplaceAll "l" "hello" "x"
mustRegexReplaceAllLiteral "l" "hello" "x"
mustRegexSplit "l" "hello" -1
mustRest (list 1 2)
mustReverse (list 1 2)
mustSlice (list 1 2 3) 1 2
mustToDate "2006" "2020"
mustToJson 1
mustToPrettyJson 1
mustToRawJson 1
mustUniq (list 1 1)
mustWithout (list 1 2) 1
ne 1 1
nindent 2 "a"
nospace "a b"
not 1
omit (dict "a" 1 "b" 2) "a"
or 1 0
osBase "/a/b"
osClean "/a/../b"
osDir "/a/b"
osExt "a.b"
osIsAbs "/a"
pick (dict "a" 1 "b" 2) "a"
pluck "a" (dict "a" 1)
plural "one" "many" 2
prepend (list 1) 2
print 1 "a"
printf "%v" 1
println 1
push (list 1) 2
quote "a"
regexFind "l+" "hello"
regexFindAll "l" "hello" -1
regexMatch "l" "hello"
regexQuoteMeta "a.b"
regexReplaceAll "l" "hello" "x"
regexReplaceAllLiteral "l" "hello" "x"
regexSplit "l" "hello" -1
repeat 2 "ab"
replace "l" "L" "hello"
required "msg" 1
rest (list 1 2)
reverse (list 1 2)
round 1.255 2
round 1.5 0 0.3
semver "1.2.3"
semverCompare ">=1" "1.2.3"
seq 1 2 5
set (dict "a" 1) "b" 2
sha1sum "a"
sha256sum "a"
sha512sum "a"
slice (list 1 2 3) 1 2
snakecase "FooBar"
sortAlpha (list "b" "a")
split "l" "hello"
splitList "l" "hello"
splitn "l" 2 "hello"
squote "a"
sub 5 3
subf 5 3
substr 1 3 "hello"
swapcase "aB"
ternary "y" "n" true
title "foo bar"
toDate "2006" "2020"
toDecimal "777"
toJson 1
toPrettyJson (dict "a" 1)
toRawJson "<"
toString 1
toStrings (list 1 2)
toToml (dict "a" 1)
toYaml (dict "a" 1)
toYamlPretty (dict "a" (list 1))
tpl "{{ . }}" 1
trim " a "
trimAll "h" "hello"
trimPrefix "h" "hello"
trimSuffix "o" "hello"
trimall "h" "hello"
trunc 3 "hello"
tuple 1 2
typeIs "int" 1
typeIsLike "int" 1
typeOf 1
uniq (list 1 1 2)
unixEpoch (toDate "2006" "2020")
unset (dict "a" 1 "b" 2) "a"
until 3
untilStep 0 10 3
untitle "Foo Bar"
upper "a"
urlJoin (dict "host" "h")
urlParse "http://h/p"
urlquery "a b"
values (dict "a" 1)
without (list 1 2) 1
wrap 5 "hello big world"
wrapWith 5 "-" "hellobigworld"
`
  .trim()
  .split('\n');

/** The words of a call; what stands in parentheses or quotes is one. */
export function wordsOf(call: string): string[] {
  const words: string[] = [];
  let [depth, word, isQuoted] = [0, '', false];
  for (const [at, char] of Array.from(call).entries()) {
    if (char === '"' && call[at - 1] !== '\\') isQuoted = !isQuoted;
    if (!isQuoted && char === '(') depth++;
    if (!isQuoted && char === ')') depth--;
    if (char === ' ' && depth === 0 && !isQuoted) {
      words.push(word);
      word = '';
    } else word += char;
  }
  return [...words, word];
}

/** The order of what these give is random in Go. */
const unordered = /^(keys|values) /;

/** Time: the answer changes from run to run when the operand is no time. */
const timed = /^(?:date|html|must_date|mustDate|ago)/;

function substituted(signature: string): string[] {
  const [name = '', ...args] = wordsOf(signature);
  const out = [
    `{{ ${signature} }}`,
    `{{ ${name} }}`,
    `{{ ${signature} 1 }}`,
    `{{ kindOf (${signature}) }}`,
  ];
  for (const [at] of args.entries()) {
    for (const operand of operands) {
      const given = args.with(at, operand).join(' ');
      out.push(`{{ ${name} ${given} }}`);
      if (at === args.length - 1) {
        const before = [name, ...args.slice(0, -1)].join(' ');
        out.push(`{{ ${operand} | ${before} }}`);
      }
    }
  }
  for (const operand of operands) out.push(`{{ ${name} ${operand} }}`);
  return out;
}

/** Every function, called and piped, with every kind of operand in every place. */
export function callCases(): Case[] {
  const all = signatures.filter((each) => !unordered.test(each)).flatMap(substituted);
  const steady = all.filter((text) => !timed.test(text.replace(/^\{\{ (?:\S+ \| )?/, '')));
  return texts([...new Set(steady)]);
}
