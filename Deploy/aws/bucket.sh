#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
#
# Makes the bucket: closed to the public, encrypted, unfinished uploads removed after a day. Versioning stays off.
# shellcheck source=Deploy/aws/begin.sh
. "$(dirname "$0")/begin.sh"

there=$(find_bucket)
if [ -n "$there" ]; then
  say "bucket $bucket is there already"
else
  # us-east-1 is the place of buckets without a LocationConstraint, and refuses its own name as one.
  place=()
  [ "$AWS_REGION" = us-east-1 ] || place=(--create-bucket-configuration "LocationConstraint=$AWS_REGION")
  aws s3api create-bucket --bucket "$bucket" "${place[@]}" >/dev/null ||
    die "bucket $bucket cannot be made (see above); if somebody else has it, set COLONNADE_BUCKET to another name"
  aws s3api wait bucket-exists --bucket "$bucket"
  aws s3api put-bucket-tagging --bucket "$bucket" --tagging "TagSet=[{Key=$tag,Value=$COLONNADE_NAME}]"
  say "made bucket $bucket in $AWS_REGION"
fi

mine=$(bucket_tag)
[ "$mine" = "$COLONNADE_NAME" ] ||
  die "bucket $bucket was not made by this step (no tag $tag=$COLONNADE_NAME), so it is left alone: set COLONNADE_BUCKET to another name"
region=$(aws s3api get-bucket-location --bucket "$bucket" --query LocationConstraint)
[ "${region/#None/us-east-1}" = "$AWS_REGION" ] || die "bucket $bucket is in ${region/#None/us-east-1}, but AWS_REGION is $AWS_REGION"

aws s3api put-public-access-block --bucket "$bucket" --public-access-block-configuration \
  BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true
say "no public access"

encryption='{SSEAlgorithm=AES256}'
[ -z "$COLONNADE_KMS_KEY" ] || encryption="{SSEAlgorithm=aws:kms,KMSMasterKeyID=$COLONNADE_KMS_KEY},BucketKeyEnabled=true"
aws s3api put-bucket-encryption --bucket "$bucket" \
  --server-side-encryption-configuration "Rules=[{ApplyServerSideEncryptionByDefault=$encryption}]"
say "encrypted by ${COLONNADE_KMS_KEY:-keys of S3}"

aws s3api put-bucket-lifecycle-configuration --bucket "$bucket" --lifecycle-configuration "file://$here/policies/lifecycle.json" >/dev/null
say "uploads that are unfinished after a day will be removed"
