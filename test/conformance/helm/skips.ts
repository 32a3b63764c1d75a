/** A question that is answered in another way than Helm does, and why. */
export interface AnswerSkip {
  readonly text: RegExp;
  readonly reason: string;
}

export const answerSkips: readonly AnswerSkip[] = [
  {
    text: /^\{\{ toYamlPretty (?:1i|\.Capabilities\.KubeVersion) /,
    reason: 'structs and complex numbers are shown by their JSON; no chart prints them so',
  },
];
