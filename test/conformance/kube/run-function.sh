#!/usr/bin/env bash
# Runs one function of Kubernetes' own kubectl tests (test/cmd) against a server that stands already.
# Environment: SOURCES (their root), FUNCTION, SECURE_API_PORT, WORK (a folder of its own with bin/kubectl in it).
set -o errexit -o nounset -o pipefail
cd "$SOURCES"
export KUBE_TEMP=$WORK TMPDIR=$WORK HOME=$WORK/home KUBE_JUNIT_REPORT_DIR=$WORK/junit
# The kubectl at hand may be a little newer or older than the server says it is.
export ALLOW_SKEW=y
KUBE_ROOT=$SOURCES
source hack/lib/init.sh
source hack/lib/test.sh
source test/cmd/legacy-script.sh
export PATH=$WORK/bin:$PATH THIS_PLATFORM_BIN=$WORK/bin KUBE_OUTPUT_HOSTBIN=$WORK/bin SED=sed CONTEXT=test
kubectl config set-credentials test-admin --token admin-token
kubectl config set-cluster local --insecure-skip-tls-verify --server "https://127.0.0.1:$SECURE_API_PORT"
kubectl config set-context "$CONTEXT" --user test-admin --cluster local --namespace suite
kubectl config use-context "$CONTEXT"
kubectl create namespace suite
# Their server is started with the authorization mode AlwaysAllow.
kubectl create clusterrolebinding everybody --clusterrole=cluster-admin --group=system:authenticated --user=bob
# As their set-up does; some functions count nodes.
kubectl create -f - <<< '{"kind":"Node","apiVersion":"v1","metadata":{"name":"127.0.0.1","annotations":{"save-managers":"true"}},"status":{"capacity":{"memory":"1Gi"}}}'
export SUPPORTED_RESOURCES=("*")
run_chosen_tests() { "$FUNCTION"; }
WHAT=chosen
runTests
