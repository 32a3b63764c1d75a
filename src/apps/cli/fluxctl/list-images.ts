import { KnownError } from '../../../base/index.ts';
import { parseResourceIdIn, idText } from '../../../lib/manifest/index.ts';
import { imageName, parseImage } from '../../../lib/oci/index.ts';
import type { Command } from '../cobra/index.ts';
import { connectFlux } from './flux-client.ts';
import { namespaceFlag, namespaceOf, noArguments } from './flags.ts';
import { tabulate } from './tabwriter.ts';

/** An image that a registry has, as the API gives it. */
export interface AvailableImage {
  readonly ID: string;
  /** RFC 3339; absent when the registry tells no date. */
  readonly CreatedAt?: string;
}

/** The images of one workload, as the API gives them; `Available` newest first. */
export interface WorkloadImages {
  readonly ID: string;
  readonly Containers: ReadonlyArray<{
    readonly Name: string;
    readonly Current: { readonly ID: string };
    readonly Available?: readonly AvailableImage[] | null;
    readonly AvailableError?: string;
  }> | null;
}

/** `fluxctl list-images`: the images that run and those that could. */
export const listImages: Command = {
  use: 'list-images',
  short: 'Show deployed and available images.',
  example: '  fluxctl list-images --namespace default --workload=deployment/foo',
  args: noArguments,
  flags: [
    { ...namespaceFlag, usage: 'Namespace' },
    {
      name: 'all-namespaces',
      shorthand: 'a',
      type: 'bool',
      usage: 'Query across all namespaces',
    },
    {
      name: 'workload',
      shorthand: 'w',
      type: 'string',
      usage: 'Show images for this workload',
    },
    {
      name: 'limit',
      shorthand: 'l',
      type: 'int',
      default: '10',
      usage: 'Number of images to show (0 for all)',
    },
    { name: 'no-headers', type: 'bool', usage: "Don't print headers (default print headers)" },
    {
      name: 'output-format',
      shorthand: 'o',
      type: 'string',
      default: 'tab',
      usage: 'Output format (tab or json)',
    },
  ],
  run: async ({ flags, io }) => {
    const format = flags.string('output-format');
    if (format !== 'tab' && format !== 'json') {
      throw new KnownError('invalid', 'invalid output format specified');
    }
    const namespace = await namespaceOf(flags, io);
    const workload = flags.string('workload');
    const query =
      workload === ''
        ? { service: '<all>', namespace: flags.bool('all-namespaces') ? '' : namespace }
        : { service: idText(parseResourceIdIn(namespace, workload)) };
    const client = await connectFlux(flags, io);
    const images = await client.get<WorkloadImages[]>('v10/images', query);
    const sorted = images.toSorted((a, b) => (a.ID < b.ID ? -1 : 1));
    const limit = flags.number('limit');
    if (format === 'json') io.stdout.write(`${JSON.stringify(limited(sorted, limit))}\n`);
    else io.stdout.write(imageTable(sorted, { limit, hasHeader: !flags.bool('no-headers') }));
  },
};

function limited(images: readonly WorkloadImages[], limit: number): unknown {
  return images.map((image) => ({
    ...image,
    Containers: image.Containers?.map((container) => ({
      ...container,
      Available: limit > 0 ? container.Available?.slice(0, limit) : container.Available,
    })),
  }));
}

interface TableHow {
  /** 0: all. */
  readonly limit: number;
  readonly hasHeader: boolean;
}

/** The table of `list-images`: for each container its name, then tags, newest first, with the running one marked. */
export function imageTable(images: readonly WorkloadImages[], how: TableHow): string {
  const rows = how.hasHeader ? [['WORKLOAD', 'CONTAINER', 'IMAGE', 'CREATED']] : [];
  for (const image of images) {
    const containers = image.Containers ?? [];
    if (containers.length === 0) rows.push([image.ID, '', '', '']);
    containers.forEach((container, at) => {
      rows.push(...containerRows(at === 0 ? image.ID : '', container, how.limit));
    });
  }
  return tabulate(rows);
}

type ImageContainer = NonNullable<WorkloadImages['Containers']>[number];

function containerRows(id: string, container: ImageContainer, limit: number): string[][] {
  const current = parseImage(container.Current.ID);
  const available = container.Available ?? [];
  const problem =
    available.length === 0 ? container.AvailableError || 'image data not available' : '';
  const rows = [[id, container.Name, imageName(current), problem]];
  let isPastRunning = false;
  available.forEach((image, index) => {
    const { tag = '' } = parseImage(image.ID);
    const isRunning = tag === (current.tag ?? '');
    isPastRunning ||= isRunning;
    const count = index + 1;
    const isInside = limit <= 0 || count <= limit;
    if (!isInside && !isRunning) return;
    if (!isInside && count > limit + 1) {
      rows.push(['', '', `: (${count - limit - 1} image(s) omitted)`, '']);
    }
    rows.push(['', '', `${marker(isRunning, isPastRunning)} ${tag}`, dateText(image.CreatedAt)]);
  });
  if (!isPastRunning) rows.push(['', '', `'-> ${current.tag ?? '(untagged)'}`, '?']);
  return rows;
}

function marker(isRunning: boolean, isPastRunning: boolean): string {
  if (isRunning) return "'->";
  return isPastRunning ? '   ' : '|  ';
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Go's RFC 822 form in UTC: `20 Apr 20 13:53 UTC`; nothing when there is no date. */
function dateText(created: string | undefined): string {
  const date = new Date(created ?? '');
  if (Number.isNaN(date.getTime()) || date.getTime() <= Date.UTC(1, 0, 1)) return '';
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${two(date.getUTCDate())} ${months[date.getUTCMonth()]} ${two(date.getUTCFullYear() % 100)}`;
  return `${day} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())} UTC`;
}
