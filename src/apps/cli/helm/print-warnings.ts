import type { CliIo } from '../io.ts';

// Helm logs with the file and line of its own source that speaks; scripts that read its standard
// error match on those. They are the ones of 3.21.4.
const places: readonly (readonly [start: string, place: string])[] = [
  ['warning: skipping globals because destination', 'coalesce.go:138'],
  ['warning: skipping globals because source', 'coalesce.go:145'],
  ['Conflict: cannot merge map', 'coalesce.go:161'],
  ['key ', 'coalesce.go:175'],
  ['warning: skipped value for', 'coalesce.go:237'],
  ['warning: cannot overwrite table', 'coalesce.go:316'],
  ['warning: destination for', 'coalesce.go:319'],
  ['Warning: Condition path', 'dependencies.go:64'],
  ['Warning: Tag', 'dependencies.go:95'],
  ['Warning: ImportValues missing table from', 'dependencies.go:270'],
  ['Warning: ImportValues missing table', 'dependencies.go:287'],
  ['[INFO] Missing required value', 'engine.go:206'],
  ['[INFO] Fail', 'engine.go:227'],
  ['Warning: Dependencies are handled', 'load.go:120'],
  ['info: skipping unknown hook', 'manifest_sorter.go:199'],
];

/** Prints what rendering warns of as Helm logs it; the `onWarning` of a render. */
export function warningPrinter(io: CliIo): (line: string) => void {
  return (line) => {
    const place = places.find(([start]) => line.startsWith(start))?.[1];
    io.stderr.write(place === undefined ? `${line}\n` : `${place}: ${line}\n`);
  };
}
