/**
 * What people do with kubectl, as small stories of commands; each runs in a namespace of its own name,
 * with `testdata/manifests` as the working folder. `+` marks commands that kubectl 1.20 does not have.
 * The answers are in `testdata/<story>.<modern|1.20>.txt`.
 */
export const scenarios: Readonly<Record<string, string>> = {
  create: `
    create configmap c --from-literal=a=1 --from-literal=b=2
    create configmap c --from-literal=a=1
    create configmap Wrong_ --from-literal=a=1
    create configmap d --from-literal=x=y --dry-run=client -o yaml
    create configmap d --from-literal=x=y --dry-run=server -o yaml
    create configmap d --from-literal=x=y -n nowhere
    create secret generic s --from-literal=p=w
    create secret docker-registry r --docker-server=example.com --docker-username=u --docker-password=p
    get secrets s r
    create serviceaccount robot
    create role reader --verb=get,list --resource=pods,pods/log
    create rolebinding reads --role=reader --serviceaccount=create:robot
    get role,rolebinding -o name
    create clusterrole create-wide --verb=get --resource=nodes
    create clusterrole create-paths --verb=get --non-resource-url=/x
    create clusterrolebinding create-wide --clusterrole=create-wide --user=jane --group=ops
    get clusterrolebinding create-wide -o wide
    create quota q --hard=configmaps=100,services=20
    create poddisruptionbudget budget --selector=app=web --min-available=1
    get pdb budget -o jsonpath={.spec}
    create priorityclass create-urgent --value=1000 --description=soon
    get priorityclass create-urgent
    create service clusterip one --tcp=80:8080
    create service nodeport two --tcp=80
    create service loadbalancer three --tcp=80
    create service externalname four --external-name=example.com
    get services
    create ingress front --rule=example.com/*=one:80
    get ingress front
    create cronjob nightly --image=job:1 --schedule='0 3 * * *' -- true
    get cronjob nightly
    create cronjob never --image=job:1 --schedule='0 3 * *' -- true
    create job manual --from=cronjob/nightly
    create job once --image=job:1 -- true
    wait --for=condition=complete job/once --timeout=60s
    get job once -o jsonpath={.status.succeeded}
    +create token robot --duration=1h -o jsonpath={.kind}
    create -f web.yaml --dry-run=server -o name
    create -f wrong-type.yaml
    create -f invalid.yaml
    create namespace create-more
    get namespace create-more -o jsonpath={.status.phase}
    create namespace create-more
    delete namespace create-more
  `,
  read: `
    get configmaps
    get pods
    create -f maps.yaml
    get configmaps a b c
    get cm a -o name
    get cm -l set=x
    get cm -l 'set in (x),!tier'
    get cm -l tier --show-labels
    get cm --field-selector metadata.name=b
    get cm --field-selector spec.x=b
    get cm a b c --sort-by={.data.k} -o name
    get cm a -o jsonpath={.data}
    get cm a -o yaml
    get cm a -o json
    get cm a -o go-template={{.data.k}}
    get cm a b c -o custom-columns=NAME:.metadata.name,K:.data.k
    get cm a --no-headers
    get cm -L set a b c
    get cm absent
    get cm absent --ignore-not-found
    get nothings
    get -f maps.yaml -o name
    get cm/a secret/absent
    get --raw /readyz
    get --raw /api/v1/namespaces/read/configmaps/b
    get cm --chunk-size=1 -l set=x -o name
    get node trice -o jsonpath={.status.conditions[?(@.type=="Ready")].status}
    get storageclass
    get clusterrole system:auth-delegator -o jsonpath={.rules[*].resources}
    get endpoints -n default kubernetes -o jsonpath={.subsets[0].ports[0].name}
    describe cm a
    api-resources --api-group=apps --no-headers
    api-resources --namespaced=false --api-group=rbac.authorization.k8s.io -o name
    explain configmap.data
    explain nothing
  `,
  apply: `
    apply -f web.yaml --dry-run=client
    apply -f web.yaml --dry-run=server
    apply -f web.yaml
    apply -f web.yaml
    diff -f web.yaml
    +diff -f web-2.yaml
    apply -f web-2.yaml
    get deployment web -o jsonpath={.spec.template.spec.containers[0].image}
    apply view-last-applied deployment/web -o json
    apply -f unknown-field.yaml
    apply -f unknown-field.yaml --validate=false
    apply -f wrong-type.yaml
    apply -k .
    get cm k-made -o jsonpath={.data}
    apply -f map-one.yaml --server-side
    apply -f map-one.yaml --server-side
    apply -f map-two.yaml --server-side --field-manager=other
    apply -f map-two.yaml --server-side --field-manager=other --force-conflicts
    get cm owned -o jsonpath={.data}
    apply -f map-three.yaml
    replace -f map-one.yaml
    get cm owned -o jsonpath={.data}
    replace -f map-one.yaml --force
    replace -f held.yaml
    edit configmap owned
    get cm owned -o jsonpath={.data}
    delete -f web.yaml
    delete -f web.yaml --ignore-not-found
  `,
  change: `
    create -f web.yaml
    label deployment web tier=front
    label deployment web tier=back
    label deployment web tier=back --overwrite
    label deployment web tier-
    label deployment web bad/key/x=1
    annotate deployment web why=because
    annotate deployment web why-
    patch deployment web -p {"spec":{"paused":true}}
    patch deployment web -p {"spec":{"paused":true}}
    patch deployment web --type=json -p [{"op":"remove","path":"/spec/paused"}]
    patch deployment web --type=json -p [{"op":"test","path":"/spec/replicas","value":7}]
    patch deployment web --type=merge -p {"spec":{"revisionHistoryLimit":3}}
    patch deployment web -p {"spec":{"replicas":"many"}}
    patch deployment web -p {"spec":{"selector":{"matchLabels":{"a":"b"}}}}
    +patch deployment web --subresource=scale --type=merge -p {"spec":{"replicas":1}}
    set image deployment/web web=web:3
    set env deployment/web A=1
    set env deployment/web --list
    set resources deployment web --limits=cpu=200m,memory=64Mi
    get deployment web -o jsonpath={.spec.template.spec.containers[0].resources}
    set serviceaccount deployment web default
    set selector service web app=web
    scale deployment web --replicas=3
    scale deployment web --replicas=4 --current-replicas=9
    scale deployment web --replicas=2 --current-replicas=3
    +get deployment web --subresource=scale
    autoscale deployment web --min=2 --max=5 --cpu-percent=80
    get hpa web -o jsonpath={.spec.maxReplicas}
    expose deployment web --name=again --port=8080 --target-port=80
    get service again -o jsonpath={.spec.selector}
    patch service web -p {"spec":{"clusterIP":"127.65.9.9"}}
    patch service web -p {"spec":{"type":"NodePort"}}
    get service web -o jsonpath={.spec.type}
  `,
  rollout: `
    create -f web.yaml
    wait --for=condition=Available deployment/web --timeout=60s
    rollout status deployment/web
    rollout history deployment/web
    set image deployment/web web=web:2
    wait --for=condition=Available deployment/web --timeout=60s
    rollout history deployment/web --revision=2
    rollout undo deployment/web
    get deployment web -o jsonpath={.spec.template.spec.containers[0].image}
    rollout pause deployment/web
    rollout pause deployment/web
    rollout resume deployment/web
    rollout restart deployment/web
    rollout undo deployment/web --to-revision=99
    rollout status deployment/absent
    delete deployment web --cascade=orphan
    get rs -l app=web -o jsonpath={.items[*].metadata.ownerReferences}
    delete rs -l app=web -o name --wait=false
  `,
  pods: `
    run p --image=talks:1 --labels=app=p
    wait --for=condition=Ready pod/p --timeout=60s
    get pod p
    get pod p -o wide
    logs p
    logs p --tail=1
    logs -l app=p
    logs p -c other
    logs absent
    exec p -- echo hi
    exec p -c other -- echo hi
    get pod p -o jsonpath={.status.qosClass}
    patch pod p -p {"spec":{"hostname":"other"}}
    set image pod/p p=talks:2
    run q --image=talks:1 --dry-run=client -o name
    run Q_ --image=talks:1
    run r --image=talks:1 --restart=Never --port=80 --expose
    get service r -o jsonpath={.spec.ports[0].port}
    apply -f claim.yaml
    get pvc disk -o jsonpath={.spec.storageClassName}
    +debug p --image=talks:1 --container=look --attach=false --quiet
    +get pod p -o jsonpath={.spec.ephemeralContainers[0].name}
    delete pod p --now
    delete pod r --grace-period=0 --force
    get pods
  `,
  delete: `
    create -f maps.yaml
    delete configmap a --dry-run=server
    delete configmap a --dry-run=client
    delete configmap a
    delete configmap a
    delete configmap a --ignore-not-found
    delete configmap -l set=x
    delete configmap,secret -l none=such
    create -f held.yaml
    delete configmap held --wait=false
    get configmap held -o jsonpath={.metadata.deletionGracePeriodSeconds}
    wait --for=delete configmap/held --timeout=1s
    create configmap held
    patch configmap held --type=json -p [{"op":"remove","path":"/metadata/finalizers"}]
    get configmap held
    +wait --for=jsonpath={.data.k}=0 configmap/c --timeout=10s
    wait --for=condition=Ready configmap/c --timeout=1s
    delete configmap c
    delete namespace default
  `,
  access: `
    auth can-i create pods
    auth can-i list pods --as=jane
    auth can-i get nothings --as=jane
    auth can-i get /metrics --as=jane
    auth reconcile -f rbac.yaml
    auth can-i get pods --as=jane
    auth can-i list pods --as=jane --quiet
    get pods --as=jane
    get pod absent --as=jane
    get node trice --as=jane --as-group=system:masters -o name
    +auth whoami -o jsonpath={.status.userInfo.groups}
    get cm --as=system:serviceaccount:access:default
    create rolebinding edits --clusterrole=edit --serviceaccount=access:default
    auth can-i create deployments --as=system:serviceaccount:access:default
    apply -f request.yaml
    certificate approve asked
    get csr asked
    certificate deny asked
    delete csr asked
  `,
  node: `
    create -f node.yaml
    get node spare
    cordon spare
    cordon spare
    get node spare
    uncordon spare
    taint node spare key=value:NoSchedule
    taint node spare key=value:NoSchedule
    taint node spare key:NoSchedule-
    label node spare zone=b --overwrite
    drain spare
    delete node spare
  `,
  custom: `
    get widgets
    apply -f widget.yaml
    apply -f definition.yaml
    wait --for=condition=Established crd/widgets.example.com --timeout=20s
    get widgets
    apply -f widget.yaml
    apply -f widget.yaml
    get wd
    get widget w -o wide
    get widget w -o jsonpath={.spec}
    apply -f bad-widget.yaml
    patch widget w -p {"spec":{"size":4}}
    patch widget w --type=merge -p {"spec":{"size":4}}
    patch widget w --type=merge -p {"spec":{"color":"green"}}
    scale widget w --replicas=5
    get wd w
    +patch widget w --subresource=status --type=merge -p {"status":{"size":5}}
    get widget w -o jsonpath={.metadata.generation}
    api-resources --api-group=example.com --no-headers
    explain widget.spec.size
    +describe widget w
    delete widget w
    delete crd widgets.example.com
    get widgets
  `,
};

/** The commands of a story for one kubectl. */
export function commandsOf(story: string, isOld: boolean): string[] {
  return story
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !(isOld && line.startsWith('+')))
    .map((line) => line.replace(/^\+/, ''));
}
