#![doc = include_str!("candle_differences.md")]
