"""The digital phantom of the IBSI reference manual (5 x 4 x 4 voxels of 2 mm, 74 of them in the region), and small NIfTI files of it."""

from __future__ import annotations

import gzip
import struct

# Slice by slice along z, row by row along y; 0 is outside the region.
PHANTOM = [
    [[1, 4, 4, 1, 1], [1, 4, 6, 1, 1], [4, 1, 6, 4, 1], [4, 4, 6, 4, 1]],
    [[1, 4, 4, 1, 1], [1, 1, 6, 1, 1], [0, 1, 3, 1, 1], [4, 4, 6, 1, 1]],
    [[1, 4, 4, 0, 0], [1, 1, 1, 1, 1], [1, 1, 0, 1, 1], [1, 1, 6, 1, 1]],
    [[1, 4, 4, 0, 0], [1, 1, 1, 1, 1], [1, 1, 1, 1, 1], [1, 1, 6, 1, 1]],
]
VOXELS = [value for plane in PHANTOM for line in plane for value in line]

REFERENCE = {
    "morph_volume": 556, "morph_vol_approx": 592, "morph_area_mesh": 388, "morph_av": 0.698, "morph_comp_2": 0.599,
    "morph_sphericity": 0.843,
    "morph_asphericity": 0.186, "morph_com": 0.672, "morph_diam": 13.1, "morph_pca_maj_axis": 11.4, "morph_pca_elongation": 0.816,
    "morph_pca_flatness": 0.749, "morph_moran_i": 0.0397, "morph_geary_c": 0.974, "stat_mean": 2.15, "stat_var": 3.05, "stat_skew": 1.08,
    "stat_kurt": -0.355, "stat_median": 1, "stat_p90": 4, "stat_max": 6, "stat_iqr": 3, "stat_mad": 1.55, "stat_rmad": 1.11,
    "stat_cov": 0.812,
    "stat_qcod": 0.6, "stat_energy": 567, "stat_rms": 2.77, "ih_entropy": 1.27, "ih_uniformity": 0.512, "cm_joint_max": 0.509,
    "cm_joint_entr": 2.57, "cm_diff_entr": 1.64, "cm_energy": 0.291, "cm_contrast": 5.12, "cm_corr": 0.183, "cm_clust_prom": 147,
    "cm_info_corr1": -0.0288, "cm_info_corr2": 0.269, "rlm_sre": 0.729, "rlm_lre": 2.76, "rlm_glnu": 281, "rlm_rl_entr": 2.62,
    "szm_sze": 0.255,
    "szm_lze": 550, "szm_lzlge": 503, "szm_zs_var": 331, "szm_zs_entr": 2.32, "dzm_zd_entr": 1.92, "ngt_coarseness": 0.0296,
    "ngt_contrast": 0.584, "ngt_busyness": 6.54, "ngt_complexity": 13.5, "ngt_strength": 0.763, "ngl_lde": 0.045, "ngl_hde": 109,
}  # fmt: skip
"""Values of the IBSI reference manual (Zwanenburg et al. 2020, Radiology 295:328; data set "digital phantom", texture matrices in 3D and
merged), to the three digits that it gives."""


def nifti(values: list[float], *, text: bytes = b"", sizes: tuple[int, int, int] = (5, 4, 4)) -> bytes:
    """A NIfTI-1 file of float32 with voxels of 2 mm; `text` stands where a name may stand."""
    header = bytearray(348)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, 3, *sizes, 1, 1, 1, 1)
    struct.pack_into("<2h", header, 70, 16, 32)
    struct.pack_into("<8f", header, 76, 1, 2, 2, 2, 0, 0, 0, 0)
    struct.pack_into("<f", header, 108, 352)
    struct.pack_into("<f", header, 112, 1)  # scl_slope
    struct.pack_into("<h", header, 252, 1)  # qform_code: the grid is where it says
    header[123] = 2  # millimetres
    header[148 : 148 + len(text)] = text
    header[344:348] = b"n+1\0"
    return bytes(header) + bytes(4) + struct.pack(f"<{len(values)}f", *values)


def packed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)
