import { safeUrl } from '../../lib/git/index.ts';
import { imageApi } from './api/image-api.ts';
import { ImageLoop, pushedName } from './image-loop.ts';
import { createImageStore } from './image-store.ts';
import type { ImagePorts } from './ports.ts';
import { scanSettings } from './settings.ts';

/** What the feature gives to the app that started it. */
export interface RunningImages {
  /** Resolves when the signal has aborted and the last job is over. */
  readonly done: Promise<void>;
  /**
   * The part of fluxd's HTTP API that is about images and commits; undefined when a request is not
   * ours: the app then asks the sync.
   */
  readonly handle: (request: Request) => Promise<Response | undefined>;
}

/** Watches the images of automated workloads until the signal aborts. */
export function startImages(ports: ImagePorts): RunningImages {
  const settings = scanSettings(ports.scan);
  const store = createImageStore(settings);
  const loops = ports.repositories.map(
    (repository) => new ImageLoop(ports, store, repository, settings.automationIntervalMs),
  );
  ports.bus.subscribe(
    'image.pushed',
    ({ repository, tag }) => {
      const name = pushedName(repository);
      if (name === undefined) return;
      store.forget(name, tag);
      for (const loop of loops) loop.imagePushed(name);
    },
    ports.signal,
  );
  // A sync may have brought a workload, a filter or a switch.
  ports.bus.subscribe(
    'sync.done',
    ({ url, changed }) => {
      if (changed.length === 0) return;
      for (const loop of loops) if (safeUrl(loop.repository.url) === url) loop.wake();
    },
    ports.signal,
  );
  return {
    done: Promise.all(loops.map((loop) => loop.done)).then(() => {}),
    handle: imageApi(ports, store, loops),
  };
}
