//! An output cut into bands of rows of some channels, for threads to share.

use std::mem::MaybeUninit;

use crate::Geometry;

/// Some rows of some output channels of one group of one image.
pub(crate) struct Band<'a, T> {
    pub(crate) image: usize,
    pub(crate) group: usize,
    /// Counted within the group.
    pub(crate) first_channel: usize,
    pub(crate) first_row: usize,
    /// For each channel its rows, one after another.
    pub(crate) outputs: Vec<&'a mut [MaybeUninit<T>]>,
}

/// All bands of at most so many rows and channels: those of the same channels one after another.
pub(crate) fn bands<'a, T>(
    geometry: &Geometry,
    [rows, channels]: [usize; 2],
    output: &'a mut [MaybeUninit<T>],
) -> Vec<Band<'a, T>> {
    let (width, all) = (geometry.columns().output(), geometry.output_channels_per_group());
    let plane = geometry.rows().output() * width;
    let mut bands = Vec::new();
    for (index, group_planes) in output.chunks_mut(all * plane).enumerate() {
        let (image, group) = (index / geometry.groups(), index % geometry.groups());
        for (part, planes) in group_planes.chunks_mut(channels.min(all) * plane).enumerate() {
            let first_channel = part * channels.min(all);
            let (first_band, count) = (bands.len(), planes.len() / plane);
            for plane in planes.chunks_mut(plane) {
                for (band, rows_of_band) in plane.chunks_mut(rows * width).enumerate() {
                    if bands.len() == first_band + band {
                        let outputs = Vec::with_capacity(count);
                        bands.push(Band { image, group, first_channel, first_row: band * rows, outputs });
                    }
                    bands[first_band + band].outputs.push(rows_of_band);
                }
            }
        }
    }
    bands
}
