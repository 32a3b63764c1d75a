/**
 * Package fmt for Go values: verbs, quoting, floats. It never throws: mistakes show in the text.
 * Start reading at `sprintf.ts`.
 */
export { floatText, formatFloat } from './float.ts';
export { canBackquote, isPrintable, quote as goQuote, quote, quoteRune } from './quote.ts';
export { sprintf } from './sprintf.ts';
export { formatValue, sprint, sprintln } from './sprint.ts';
