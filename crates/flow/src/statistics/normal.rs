/// The standard normal quantile of 0.975: the half width of a 95 % interval, in standard errors.
pub const Z95: f64 = 1.959_963_984_540_054;
