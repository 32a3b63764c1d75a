import { systemClock } from '../../../base/index.ts';
import { driverContract } from '../driver.contract.ts';
import { simulatedDriver } from './simulated-driver.ts';

driverContract('simulated', async () => ({
  driver: simulatedDriver({
    clock: systemClock,
    everything: true,
    rules: [{ image: 'says', lines: ['out'], exitAfterMs: 0, exitCode: 3 }],
  }),
  says: { name: 'c', image: 'says' },
  serves: { name: 'c', image: 'serves' },
  exec: { hi: ['hi'], four: ['exit', '4'] },
  isSimulated: true,
  close: async () => {},
}));
