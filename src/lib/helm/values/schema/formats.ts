import { isIP } from 'node:net';

const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;
const date = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const time = /^([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(z|[+-]\d\d:\d\d)$/i;

function isHostName(text: string): boolean {
  const name = text.replace(/\.$/, '');
  return name.length <= 253 && name.split('.').every((part) => label.test(part));
}

function isDate(text: string): boolean {
  return date.test(text) && new Date(`${text}T00:00:00Z`).toISOString().startsWith(text);
}

function isUri(text: string): boolean {
  return URL.canParse(text) && !/[\s<>"{}|\\^`]/.test(text);
}

/** Formats that older drafts check; one that is not here is taken for right, as an unknown one is. */
export const formats: Readonly<Record<string, (text: string) => boolean>> = {
  date: isDate,
  time: (text) => time.test(text),
  'date-time': (text) => {
    const [day = '', clock = ''] = text.split(/t/i);
    return isDate(day) && time.test(clock);
  },
  email: (text) => {
    const at = text.lastIndexOf('@');
    return at > 0 && at <= 64 && isHostName(text.slice(at + 1));
  },
  hostname: isHostName,
  ipv4: (text) => isIP(text) === 4,
  ipv6: (text) => isIP(text) === 6 && !text.includes('%'),
  uri: isUri,
  'uri-reference': (text) => !/[\s<>"{}|\\^`]/.test(text),
  uuid: (text) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text),
  'json-pointer': (text) => /^(\/([^~/]|~[01])*)*$/.test(text),
};
