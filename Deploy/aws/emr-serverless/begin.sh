# shellcheck shell=bash disable=SC2034,SC2154 # the steps use what is set here, and set the application
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
#
# How each step of EMR Serverless begins (it is sourced): as those of ../ do, then the settings and names of its own.
# shellcheck source=Deploy/aws/begin.sh
. "$(dirname "${BASH_SOURCE[0]}")/../begin.sh"
emr=$here/emr-serverless
# shellcheck source=Deploy/aws/emr-serverless/settings.sh
. "$emr/settings.sh"

for name in DRIVER_CORES DRIVER_HEAP DRIVER_BESIDE EXECUTOR_CORES EXECUTOR_HEAP EXECUTOR_BESIDE EXECUTORS DISK; do
  name=COLONNADE_EMR_$name
  [[ ${!name} =~ ^[1-9][0-9]*$ ]] || die "$name must be a whole number from 1 on: ${!name}"
done

# What the driver and all executors of these settings use together: vCPUs, GB of memory, GB of disk.
cores=$((COLONNADE_EMR_DRIVER_CORES + COLONNADE_EMR_EXECUTORS * COLONNADE_EMR_EXECUTOR_CORES))
memory=$((COLONNADE_EMR_DRIVER_HEAP + COLONNADE_EMR_DRIVER_BESIDE))
memory=$((memory + COLONNADE_EMR_EXECUTORS * (COLONNADE_EMR_EXECUTOR_HEAP + COLONNADE_EMR_EXECUTOR_BESIDE)))
disk=$(((1 + COLONNADE_EMR_EXECUTORS) * COLONNADE_EMR_DISK))

# The one archive that `make dist` has made, unless another is chosen.
find_archive() {
  local files=("$root"/.build-dist/colonnade-*-linux-x86_64.tar.gz)
  [ -z "$COLONNADE_ARCHIVE" ] || files=("$COLONNADE_ARCHIVE")
  [ -f "${files[0]}" ] || die "there is no archive of the command: make dist, or set COLONNADE_ARCHIVE"
  [ "${#files[@]}" -eq 1 ] || die "there are several archives, ${files[*]##*/}: set COLONNADE_ARCHIVE to one"
  printf '%s\n' "${files[0]}"
}

find_my_application() {
  local found
  found=$(find_applications)
  [[ $found != *$'\n'* ]] || die "there are several applications $COLONNADE_NAME of these steps: clean-up.sh --yes, then begin anew"
  printf '%s\n' "$found"
}

# The value of $1 in the answer to get-application of $application.
application_is() { aws emr-serverless get-application --application-id "$application" --query "application.$1"; }

# Ends the step if $application is of another release or image than these settings, or if its capacity is not -eq to theirs ($1; for -ge: too small).
application_must_fit() {
  local is release image most name anew="remove.sh (cancels its jobs; bucket and data stay), then application.sh, makes it anew"
  is=$(application_is '[releaseLabel, imageConfiguration.imageUri, maximumCapacity.cpu, maximumCapacity.memory, maximumCapacity.disk]')
  IFS=$'\t' read -r release image most <<<"$is"
  [ "$image" != None ] || image=''
  [ "$release" = "$COLONNADE_EMR_RELEASE" ] ||
    die "application $application is of release $release, but COLONNADE_EMR_RELEASE is $COLONNADE_EMR_RELEASE: $anew"
  [ "$image" = "$COLONNADE_EMR_IMAGE" ] ||
    die "application $application has ${image:-the image of Amazon}, but COLONNADE_EMR_IMAGE is ${COLONNADE_EMR_IMAGE:-empty}: $anew"
  # "14 vCPU", "44 GB"; the service may write them otherwise than they were asked for.
  for name in cores memory disk; do
    [[ $most =~ ^([0-9]+)[^$'\t']*$'\t'?(.*)$ ]] || die "application $application has no maximum of $name: $anew"
    most=${BASH_REMATCH[2]}
    test "${BASH_REMATCH[1]}" "$1" "${!name}" ||
      die "application $application may use ${BASH_REMATCH[1]} ($name), but driver and executors of these settings use ${!name}: $anew"
  done
}

# Waits until $application is in no state that passes by itself; its state is then in $state.
settle() {
  state=$(application_is state)
  case $state in
    CREATING) wait_for_application CREATED ;;
    STARTING) wait_for_application STARTED ;;
    STOPPING) wait_for_application STOPPED ;;
  esac
  state=$(application_is state)
}

# Waits until $application is in state $1, telling each state; another final state is an error.
wait_for_application() {
  local state='' last='' end=$((SECONDS + COLONNADE_WAIT_MINUTES * 60))
  while :; do
    state=$(application_is state)
    [ "$state" = "$last" ] || say "application $application is $state"
    last=$state
    case $state in
      "$1") return ;;
      TERMINATED) die "application $application is $state: $(application_is stateDetails)" ;;
    esac
    [ "$SECONDS" -lt "$end" ] || die "application $application was not $1 after $COLONNADE_WAIT_MINUTES minutes: $(application_is stateDetails)"
    sleep "$COLONNADE_POLL_SECONDS"
  done
}

# Its arguments as a list of texts in JSON.
json_list() {
  local text out=''
  for text; do
    [[ $text != *[[:cntrl:]]* ]] || die "an argument holds a control character"
    text=${text//\\/\\\\}
    text=${text//\"/\\\"}
    out+=${out:+, }\"$text\"
  done
  printf '[%s]' "$out"
}
