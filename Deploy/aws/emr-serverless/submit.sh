#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
#
# Runs one job (convert, agg or cmp, with the command's own arguments), tells each of its states, shows its log, and ends with 0 if it
# succeeded. At the beginning of an argument @/ stands for s3://BUCKET/PREFIX/.
# shellcheck source=Deploy/aws/emr-serverless/begin.sh
. "$(dirname "$0")/begin.sh"
case ${1:-} in
  convert | agg | cmp) ;;
  *) die "usage: submit.sh convert|agg|cmp ARGUMENT…" ;;
esac
arguments=()
for argument; do arguments+=("${argument/#@\//$at/}"); done

application=$(find_my_application)
[ -n "$application" ] || die "there is no application $COLONNADE_NAME in $AWS_REGION: application.sh first"
# Fewer executors than the application has room for are no fault.
application_must_fit -ge

# Spark's words have no spaces in them, so that one text can hold them.
conf=(
  spark.driver.cores="$COLONNADE_EMR_DRIVER_CORES" spark.driver.memory="${COLONNADE_EMR_DRIVER_HEAP}g"
  spark.driver.memoryOverhead="${COLONNADE_EMR_DRIVER_BESIDE}g" spark.emr-serverless.driver.disk="${COLONNADE_EMR_DISK}g"
  spark.executor.cores="$COLONNADE_EMR_EXECUTOR_CORES" spark.executor.memory="${COLONNADE_EMR_EXECUTOR_HEAP}g"
  spark.executor.memoryOverhead="${COLONNADE_EMR_EXECUTOR_BESIDE}g" spark.emr-serverless.executor.disk="${COLONNADE_EMR_DISK}g"
  spark.dynamicAllocation.initialExecutors="$COLONNADE_EMR_EXECUTORS" spark.dynamicAllocation.maxExecutors="$COLONNADE_EMR_EXECUTORS"
)
environment=("AWS_REGION=$AWS_REGION")
parameters="--py-files $at/bin/colonnade_spark.zip"
if [ -n "$COLONNADE_EMR_IMAGE" ]; then
  environment+=(COLONNADE_BINARY=/opt/colonnade/colonnade)
else
  parameters+=" --archives $at/bin/colonnade.tar.gz#colonnade,$at/bin/python.tar.gz#python"
  environment+=(PYTHONPATH=./python)
fi
for setting in "${environment[@]}"; do
  conf+=("spark.emr-serverless.driverEnv.$setting" "spark.executorEnv.$setting")
done
for setting in "${conf[@]}"; do parameters+=" --conf $setting"; done
parameters=$(json_list "$parameters")
parameters=${parameters#[}
parameters=${parameters%]}
key=''
[ -z "$COLONNADE_KMS_KEY" ] || key=", \"encryptionKeyArn\": \"$COLONNADE_KMS_KEY\""

cat >"$scratch/driver.json" <<DRIVER
{"sparkSubmit": {"entryPoint": "$at/bin/colonnade_job.py", "entryPointArguments": $(json_list "${arguments[@]}"),
  "sparkSubmitParameters": $parameters}}
DRIVER
cat >"$scratch/overrides.json" <<OVERRIDES
{"monitoringConfiguration": {"s3MonitoringConfiguration": {"logUri": "$at/log/emr/"$key}}}
OVERRIDES

# At least five minutes are taken as a limit of the service's own, which holds when nobody waits any more.
limit=$((COLONNADE_WAIT_MINUTES > 5 ? COLONNADE_WAIT_MINUTES : 5))
run=$(patiently 'assume|not authorized to perform: sts' aws emr-serverless start-job-run --application-id "$application" --name "$COLONNADE_NAME-$1" \
  --execution-role-arn "arn:$partition:iam::$account:role/$role_emr" --client-token "$1-$(date -u +%Y%m%dT%H%M%SZ)-$$" \
  --execution-timeout-minutes "$limit" --job-driver "file://$scratch/driver.json" \
  --configuration-overrides "file://$scratch/overrides.json" --tags "$tag=$COLONNADE_NAME" --query jobRunId) ||
  die "the job cannot be started (see above)"
trap 'aws emr-serverless cancel-job-run --application-id "$application" --job-run-id "$run" >/dev/null; rm -rf "$scratch"' EXIT
say "job $run runs $1 on application $application ($COLONNADE_EMR_RELEASE); waiting"

# A lost answer is no reason to cancel a job that runs.
run_is() { patiently . aws emr-serverless get-job-run --application-id "$application" --job-run-id "$run" --query "jobRun.$1"; }
end=$((SECONDS + COLONNADE_WAIT_MINUTES * 60))
last=''
while :; do
  state=$(run_is state)
  [ "$state" = "$last" ] || say "job $run is $state"
  last=$state
  case $state in SUCCESS | FAILED | CANCELLED) break ;; esac
  [ "$SECONDS" -lt "$end" ] || die "the job was not done after $COLONNADE_WAIT_MINUTES minutes; it is being cancelled"
  sleep "$COLONNADE_POLL_SECONDS"
done
trap 'rm -rf "$scratch"' EXIT

# Logs come some seconds after the end; those of executors lie beside.
log=$at/log/emr/applications/$application/jobs/$run
for stream in stdout stderr; do
  if patiently '404|NoSuchKey|does not exist' aws s3 cp --only-show-errors "$log/SPARK_DRIVER/$stream.gz" "$scratch/$stream.gz"; then
    gzip -dc "$scratch/$stream.gz" | tail -n 50
  else
    say "there is no $log/SPARK_DRIVER/$stream.gz: the driver has not run, or said nothing"
  fi
done
details=$(run_is stateDetails)
used=$(run_is '[billedResourceUtilization.vCPUHour, billedResourceUtilization.memoryGBHour]')
say "job $run is $state; billed vCPU-hours and GB-hours: $used; its logs are below $log/"
[ "$state" = SUCCESS ] || die "job $run ($1) is $state: $details"
