import type { Library } from '../compile/library.ts';
import type { GoFunction } from '../signature.ts';
import type { Tracker } from './tracker.ts';

/** Where code that is compiled once finds the tracker of the run that is under way. */
export interface Tracking {
  tracker: Tracker | undefined;
}

/** A library that answers as another one does, and tells the tracker what was looked at. */
export function trackingLibrary(library: Library, tracking: Tracking): Library {
  return {
    ...library,
    path: (receiver, names, site, wrapped) => {
      tracking.tracker?.path(receiver, names);
      return library.path(receiver, names, site, wrapped);
    },
    invoke: (receiver, names, at, how) => {
      tracking.tracker?.method(receiver, names);
      return library.invoke(receiver, names, at, how);
    },
    show: (value) => {
      tracking.tracker?.whole(value);
      return library.show(value);
    },
    truth: (value) => {
      tracking.tracker?.listed(value);
      return library.truth(value);
    },
    turns: (value, site) => {
      const turns = library.turns(value, site);
      tracking.tracker?.turns(value, turns);
      return turns;
    },
  };
}

/** A function that tells the tracker of its arguments before it runs. */
export function trackedCall(
  { call, use }: GoFunction,
  tracking: Tracking,
): (...args: unknown[]) => unknown {
  const run = call as (...args: unknown[]) => unknown;
  return (...args) => {
    const { tracker } = tracking;
    tracker?.call(use, args);
    const answer = run(...args);
    tracker?.answered(use, args, answer);
    return answer;
  };
}
