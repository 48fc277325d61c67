use super::*;
use domain::Currency;
