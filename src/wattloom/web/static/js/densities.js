/** Densities of the fitted distributions, by scipy's names and parameters. */

/** log gamma(x) for x > 0: Lanczos' approximation. */
export function lgamma(x) {
  const c = [76.18009172947146, -86.50532032941677, 24.01409824083091, -1.231739572450155, 0.1208650973866179e-2, -0.5395239384953e-5];
  const t = x + 5.5 - (x + 0.5) * Math.log(x + 5.5);
  const series = c.reduce((sum, each, i) => sum + each / (x + 1 + i), 1.000000000190015);
  return -t + Math.log((2.5066282746310005 * series) / x);
}

const normal = (z) => Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);

/** Density at z = (x - loc) / scale, with scale 1. */
const STANDARD = {
  norm: (z) => normal(z),
  expon: (z) => (z < 0 ? 0 : Math.exp(-z)),
  gamma: (z, { a }) => (z <= 0 ? 0 : Math.exp((a - 1) * Math.log(z) - z - lgamma(a))),
  lognorm: (z, { s }) => (z <= 0 ? 0 : normal(Math.log(z) / s) / (s * z)),
  weibull_min: (z, { c }) => (z <= 0 ? 0 : c * z ** (c - 1) * Math.exp(-(z ** c))),
  beta: (z, { a, b }) =>
    z <= 0 || z >= 1 ? 0 : Math.exp((a - 1) * Math.log(z) + (b - 1) * Math.log(1 - z) + lgamma(a + b) - lgamma(a) - lgamma(b)),
};

/** The density of `/stream_qstats`' distribution of a meter as a function of kW; null where there is none. */
export function density(distribution) {
  const { name, params, components } = distribution ?? {};
  if (name === "mixture") {
    const wide = (components ?? []).filter((component) => component.scale > 0);
    if (!wide.length) return null;
    return (x) => wide.reduce((sum, { weight, loc, scale }) => sum + (weight * normal((x - loc) / scale)) / scale, 0);
  }
  const standard = STANDARD[name];
  if (!standard || !(params?.scale > 0)) return null;
  return (x) => standard((x - (params.loc ?? 0)) / params.scale, params) / params.scale;
}
