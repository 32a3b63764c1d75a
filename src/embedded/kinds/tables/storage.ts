import type { JsonRecord } from '../../../base/index.ts';
import { listAt, recordAt, textAt, valueAt } from '../records.ts';
import type { KindTable } from '../resource.ts';
import { orNone, table } from './columns.ts';

const shortMode: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

const modes = (list: readonly unknown[]): string =>
  list.map((mode) => shortMode[String(mode)] ?? String(mode)).join(',');

const classOf = (object: JsonRecord): string =>
  String(
    recordAt(object, 'metadata', 'annotations')['volume.beta.kubernetes.io/storage-class'] ??
      valueAt(object, 'spec', 'storageClassName') ??
      '',
  );

const phaseOf = (object: JsonRecord): string =>
  valueAt(object, 'metadata', 'deletionTimestamp') === undefined
    ? textAt(object, 'status', 'phase')
    : 'Terminating';

const attributesClass = (object: JsonRecord): string =>
  String(valueAt(object, 'spec', 'volumeAttributesClassName') ?? '<unset>');

const volumeMode = (object: JsonRecord): string =>
  String(valueAt(object, 'spec', 'volumeMode') ?? '<unset>');

const volumes = table(
  [
    'Capacity',
    'Access Modes',
    'Reclaim Policy',
    'Status',
    'Claim',
    'StorageClass',
    'VolumeAttributesClass',
    'Reason',
    'Age',
    'VolumeMode*',
  ],
  (object) => {
    const claim = recordAt(object, 'spec', 'claimRef');
    const name = textAt(claim, 'name');
    return [
      String(valueAt(object, 'spec', 'capacity', 'storage') ?? ''),
      modes(listAt(object, 'spec', 'accessModes')),
      textAt(object, 'spec', 'persistentVolumeReclaimPolicy'),
      phaseOf(object),
      name === '' ? '' : `${textAt(claim, 'namespace')}/${name}`,
      classOf(object),
      attributesClass(object),
      textAt(object, 'status', 'reason'),
      volumeMode(object),
    ];
  },
);

const claims = table(
  [
    'Status',
    'Volume',
    'Capacity',
    'Access Modes',
    'StorageClass',
    'VolumeAttributesClass',
    'Age',
    'VolumeMode*',
  ],
  (object) => {
    const bound = textAt(object, 'spec', 'volumeName') !== '';
    return [
      phaseOf(object),
      textAt(object, 'spec', 'volumeName'),
      bound ? String(valueAt(object, 'status', 'capacity', 'storage') ?? '') : '',
      bound ? modes(listAt(object, 'status', 'accessModes')) : '',
      classOf(object),
      attributesClass(object),
      volumeMode(object),
    ];
  },
);

const isDefaultClass = 'storageclass.kubernetes.io/is-default-class';

const plainClasses = table(
  ['Provisioner', 'ReclaimPolicy', 'VolumeBindingMode', 'AllowVolumeExpansion', 'Age'],
  (object) => [
    textAt(object, 'provisioner'),
    textAt(object, 'reclaimPolicy') || 'Delete',
    orNone(textAt(object, 'volumeBindingMode')),
    object['allowVolumeExpansion'] === true,
  ],
);

const storageClasses: KindTable = {
  columns: plainClasses.columns,
  row(object, now) {
    const [name, ...rest] = plainClasses.row(object, now);
    const isDefault = recordAt(object, 'metadata', 'annotations')[isDefaultClass] === 'true';
    return [isDefault ? `${String(name)} (default)` : name, ...rest];
  },
};

const volumeAttachments = table(['Attacher', 'PV', 'Node', 'Attached', 'Age'], (object) => [
  textAt(object, 'spec', 'attacher'),
  textAt(object, 'spec', 'source', 'persistentVolumeName'),
  textAt(object, 'spec', 'nodeName'),
  valueAt(object, 'status', 'attached') === true,
]);

const csiDrivers = table(
  [
    'AttachRequired',
    'PodInfoOnMount',
    'StorageCapacity',
    'TokenRequests',
    'RequiresRepublish',
    'Modes',
    'Age',
  ],
  (object) => {
    const audiences = listAt(object, 'spec', 'tokenRequests').map((each) =>
      textAt(each, 'audience'),
    );
    return [
      valueAt(object, 'spec', 'attachRequired') !== false,
      valueAt(object, 'spec', 'podInfoOnMount') === true,
      valueAt(object, 'spec', 'storageCapacity') === true,
      audiences.length === 0 ? '<unset>' : audiences.join(','),
      valueAt(object, 'spec', 'requiresRepublish') === true,
      listAt(object, 'spec', 'volumeLifecycleModes').join(',') || '<none>',
    ];
  },
);

const csiNodes = table(['Drivers#', 'Age'], (object) => [listAt(object, 'spec', 'drivers').length]);

/** Tables of storage kinds. */
export const storageTables: Readonly<Record<string, KindTable>> = {
  PersistentVolume: volumes,
  PersistentVolumeClaim: claims,
  StorageClass: storageClasses,
  VolumeAttachment: volumeAttachments,
  CSIDriver: csiDrivers,
  CSINode: csiNodes,
};
