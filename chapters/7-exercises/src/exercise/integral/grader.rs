//! Judges what an answer says of the running integral, by running it. Windows are judged in `window`.

use anyhow::Result;
use candle_core::Device;
use chapter_kit::figure;

use super::super::list;
use super::text::Text;
use super::{PIXELS, impulse, windowed_sum};
use crate::verdict::Opinion;

/// How many ones give the running sum of a row: as many as it has pixels.
pub(super) fn judge_taps(taps: f64, device: &Device, text: &Text) -> Result<Opinion> {
    let pixels = PIXELS as f64;
    if taps == pixels {
        return Ok(Opinion::right(text.right_taps));
    }
    if taps < 1.0 || taps.fract() != 0.0 {
        return Ok(Opinion::wrong((text.no_count)(taps)));
    }
    if taps > pixels {
        return Ok(Opinion::wrong(text.too_many));
    }
    let sums = windowed_sum(&impulse(PIXELS, device)?, taps as usize)?;
    Ok(Opinion::wrong((text.too_few)(taps as usize, &list(&figure::numbers(&sums)?))))
}

/// One kernel for rows of every length: refuted by the row that is longer by one pixel.
pub(super) fn judge_every_length(every: bool, device: &Device, text: &Text) -> Result<Opinion> {
    if !every {
        return Ok(Opinion::right(text.right_never));
    }
    let sums = windowed_sum(&impulse(PIXELS + 1, device)?, PIXELS)?;
    Ok(Opinion::wrong((text.one_longer)(PIXELS, &list(&figure::numbers(&sums)?))))
}
