/** The region whose STS endpoint serves a partition when nothing else is set. STS is called regionally. */
const homeRegions: { readonly [partition: string]: string } = {
  aws: 'us-east-1',
  'aws-us-gov': 'us-gov-west-1',
  'aws-cn': 'cn-north-1',
  'aws-eusc': 'eusc-de-east-1',
  'aws-iso': 'us-iso-east-1',
  'aws-iso-b': 'us-isob-east-1',
}

/** The partition that a region belongs to. */
export function partitionOfRegion(region: string): string {
  if (region.startsWith('us-gov-')) return 'aws-us-gov'
  if (region.startsWith('cn-')) return 'aws-cn'
  if (region.startsWith('eusc-')) return 'aws-eusc'
  if (region.startsWith('us-isob-')) return 'aws-iso-b'
  if (region.startsWith('us-iso-')) return 'aws-iso'
  return 'aws'
}

/**
 * The region to call STS in for a role: the configured one when it lies in the role's partition, else the home region
 * of that partition. The SDK maintains the endpoint's host name.
 */
export function stsRegion(roleArn: string, configured: string): string {
  const partition = roleArn.split(':')[1] ?? 'aws'
  if (partitionOfRegion(configured) === partition) return configured
  return homeRegions[partition] ?? configured
}
