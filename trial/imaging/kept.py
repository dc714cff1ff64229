"""What stays of a DICOM object: attributes by name, and the objects that are images. Whatever is not here is removed.

DICOM PS3.15 table E.1-1 lists what the Basic Application Level Confidentiality Profile removes, and grows with each edition; private
and future attributes are on no such list. So this one is turned round. Everything here is a number, a code or an identifier that is
replaced: free text (descriptions, protocol names, comments, labels) is not kept, but for the words matched by `TEXT`.
"""

import re

CODES = frozenset("""
    ImageType Modality ConversionType BurnedInAnnotation RecognizableVisualFeatures LossyImageCompression LossyImageCompressionMethod
    PatientPosition PatientOrientation BodyPartExamined Laterality ImageLaterality
    ScanningSequence SequenceVariant ScanOptions MRAcquisitionType InPlanePhaseEncodingDirection VariableFlipAngleFlag
    RotationDirection ExposureModulationType Units CountsSource SeriesType DecayCorrection CorrectedImage
    PhotometricInterpretation VOILUTFunction PixelPresentation VolumetricProperties VolumeBasedCalculationTechnique
    ComplexImageComponent AcquisitionContrast FrameType DiffusionDirectionality DiffusionAnisotropyType FrameLaterality
    SegmentationType SegmentationFractionalType SegmentAlgorithmType SegmentsOverlap DimensionOrganizationType
    PresentationLUTShape
""".split())  # fmt: skip

NUMBERS = frozenset("""
    LossyImageCompressionRatio InstanceNumber SeriesNumber AcquisitionNumber ImagesInAcquisition
    SliceThickness SpacingBetweenSlices SliceLocation ImagePositionPatient ImageOrientationPatient PixelSpacing ImagerPixelSpacing
    NominalScannedPixelSpacing PixelAspectRatio
    RepetitionTime EchoTime EffectiveEchoTime InversionTime NumberOfAverages ImagingFrequency EchoNumbers MagneticFieldStrength
    NumberOfPhaseEncodingSteps EchoTrainLength PercentSampling PercentPhaseFieldOfView PixelBandwidth TriggerTime
    ReconstructionDiameter AcquisitionMatrix FlipAngle SAR dBdt DiffusionBValue DiffusionGradientOrientation
    TemporalPositionIdentifier NumberOfTemporalPositions TemporalResolution
    MRAcquisitionFrequencyEncodingSteps MRAcquisitionPhaseEncodingStepsInPlane RFEchoTrainLength GradientEchoTrainLength
    KVP DataCollectionDiameter DistanceSourceToDetector DistanceSourceToPatient GantryDetectorTilt TableHeight ExposureTime
    XRayTubeCurrent Exposure GeneratorPower FocalSpots SingleCollimationWidth TotalCollimationWidth TableSpeed TableFeedPerRotation
    SpiralPitchFactor CTDIvol RevolutionTime RescaleIntercept RescaleSlope
    SliceSensitivityFactor DecayFactor FrameReferenceTime ActualFrameDuration
    RegionSpatialFormat RegionDataType RegionFlags RegionLocationMinX0 RegionLocationMinY0 RegionLocationMaxX1 RegionLocationMaxY1
    ReferencePixelX0 ReferencePixelY0 PhysicalUnitsXDirection PhysicalUnitsYDirection PhysicalDeltaX PhysicalDeltaY
    SamplesPerPixel PlanarConfiguration NumberOfFrames FrameTime Rows Columns BitsAllocated BitsStored HighBit PixelRepresentation
    SmallestImagePixelValue LargestImagePixelValue PixelPaddingValue PixelPaddingRangeLimit WindowCenter WindowWidth
    RedPaletteColorLookupTableDescriptor GreenPaletteColorLookupTableDescriptor BluePaletteColorLookupTableDescriptor
    InStackPositionNumber DimensionIndexValues TemporalPositionIndex FrameAcquisitionNumber FrameAcquisitionDuration
    SegmentNumber ReferencedSegmentNumber MaximumFractionalValue RecommendedDisplayCIELabValue ReferencedFrameNumber
    DimensionIndexPointer FunctionalGroupPointer FrameIncrementPointer
""".split())  # fmt: skip

TABLES = frozenset(
    "RedPaletteColorLookupTableData GreenPaletteColorLookupTableData BluePaletteColorLookupTableData".split()
)

TEXT = {
    "ManufacturerModelName": re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._+/-]{0,39}"),
    "ConvolutionKernel": re.compile(r"[A-Za-z0-9._/-]{1,16}"),
    "ImagedNucleus": re.compile(r"\d{0,2}[A-Z][a-z]?\d{0,2}"),
    "RescaleType": re.compile(r"HU|US|MGML|ED|HU_MOD|PCT"),
    "CodeValue": re.compile(r"[A-Z]?-?[A-Z0-9]{1,5}[0-9]{2,10}"),
    "CodingSchemeDesignator": re.compile(r"SCT|SRT|DCM|SNM3|FMA|UCUM|LN"),
}
"""Text that measurement needs, and what it looks like; the scanner's model is not on the profile's list."""

VENDORS = (
    "SIEMENS",
    "PHILIPS",
    "GE ",
    "CANON",
    "TOSHIBA",
    "HITACHI",
    "FUJI",
    "UIH",
    "UNITED IMAGING",
    "BRUKER",
    "OLYMPUS",
    "PENTAX",
)
"""The manufacturer is written as one of these, or not at all."""

UIDS = frozenset("""
    SOPClassUID SOPInstanceUID StudyInstanceUID SeriesInstanceUID FrameOfReferenceUID ReferencedSOPClassUID ReferencedSOPInstanceUID
    DimensionOrganizationUID
""".split())  # fmt: skip

DATES = frozenset("StudyDate SeriesDate AcquisitionDate ContentDate".split())
"""Moved with the participant's other dates. Times of day are not kept: no analysis reads them."""

SEQUENCES = frozenset("""
    SharedFunctionalGroupsSequence PerFrameFunctionalGroupsSequence PixelMeasuresSequence PlanePositionSequence PlaneOrientationSequence
    FrameContentSequence PixelValueTransformationSequence FrameVOILUTSequence MRImageFrameTypeSequence CTImageFrameTypeSequence
    MRTimingAndRelatedParametersSequence MREchoSequence MRDiffusionSequence DiffusionGradientDirectionSequence MRFOVGeometrySequence
    MRAveragesSequence FrameAnatomySequence AnatomicRegionSequence
    SequenceOfUltrasoundRegions DimensionOrganizationSequence DimensionIndexSequence SegmentSequence SegmentIdentificationSequence
    SegmentedPropertyCategoryCodeSequence SegmentedPropertyTypeCodeSequence DerivationImageSequence SourceImageSequence
    ReferencedSeriesSequence ReferencedInstanceSequence
""".split())  # fmt: skip
"""Entered, and cleaned inside by the same lists."""

EMPTIED = "PatientBirthDate PatientSex StudyTime ReferringPhysicianName AccessionNumber StudyID".split()
"""Present without a value, as the standard wants them (type 2)."""

SEGMENTATION = "1.2.840.10008.5.1.4.1.1.66.4"
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
IMAGES = frozenset(
    "1.2.840.10008.5.1.4.1.1." + end
    for end in ("2", "2.1", "4", "4.1", "4.3", "128", "130", "6.1", "6.2", "3.1", "7", "7.1", "7.2", "7.3", "7.4", "77.1.1", "77.1.4")
)  # fmt: skip
"""CT, MR, PET, ultrasound, secondary capture, endoscopic and photographic images. Reports, encapsulated documents (PDF, CDA, models),
presentation states, waveforms and raw data are none."""
SURE_OF_NO_TEXT = frozenset({"MR", "CT", "PT"})
"""Modalities whose own images carry no text when they say so; a capture, an ultrasound or a photograph is looked at in any case."""
