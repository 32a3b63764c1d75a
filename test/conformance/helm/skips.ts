/** A question that is answered in another way than Helm does, and why. */
export interface AnswerSkip {
  readonly text: RegExp;
  readonly values?: RegExp;
  readonly reason: string;
}

export const answerSkips: readonly AnswerSkip[] = [
  {
    text: /^\{\{ toYamlPretty (?:1i|\.Capabilities\.KubeVersion) /,
    reason: 'structs and complex numbers are shown by their JSON; no chart prints them so',
  },
  {
    text: /\.(?:Truncate|Add) 5 \}/,
    reason: 'a number as a duration in the call of a method',
  },
  {
    text: /^\{\{ toYaml \.Values /,
    values: /\n\ufeffb/,
    reason: "libyaml's writer takes the character after a byte order mark for a special one",
  },
];
