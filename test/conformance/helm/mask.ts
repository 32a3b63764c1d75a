/** An answer without what differs from run to run or from machine to machine. */
export function masked(answer: string): string {
  return answer
    .toWellFormed()
    .replaceAll(/\b0[xX][0-9a-fA-F]{6,}\b/g, '0xADDRESS')
    .replaceAll(/824633720832|\b\d{14}\b(?=[ )\]])/g, 'ADDRESS')
    .replaceAll(/\bgo1\.[0-9.]+/g, 'go1')
    .replaceAll(/\bm=[+-][0-9.]+/g, 'm=+0');
}
