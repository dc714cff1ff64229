"""The names that ODM 1.3.2 has, from its schema: everything else in a file is somebody's extension."""

ELEMENTS = frozenset(
    """
    Address AdminData Alias Annotation Annotations ArchiveLayout ArchiveLayoutRef Association AuditRecord
    AuditRecords BasicDefinitions Certificate CheckValue City ClinicalData CodeList CodeListItem CodeListRef
    Comment ConditionDef Country CryptoBindingManifest DateTimeStamp Decode Description DisplayName Email
    EnumeratedItem ErrorMessage ExternalCodeList ExternalQuestion Fax FirstName Flag FlagType FlagValue FormData
    FormDef FormRef FormalExpression FullName GlobalVariables ImputationMethod Include InvestigatorRef ItemData
    ItemDataAny ItemDataBase64Binary ItemDataBase64Float ItemDataBoolean ItemDataDate ItemDataDatetime
    ItemDataDouble ItemDataDurationDatetime ItemDataFloat ItemDataHexBinary ItemDataHexFloat
    ItemDataIncompleteDate ItemDataIncompleteDatetime ItemDataIncompleteTime ItemDataInteger
    ItemDataIntervalDatetime ItemDataPartialDate ItemDataPartialDatetime ItemDataPartialTime ItemDataString
    ItemDataTime ItemDataURI ItemDef ItemGroupData ItemGroupDef ItemGroupRef ItemRef KeySet LastName LegalReason
    Location LocationRef LoginName Meaning MeasurementUnit MeasurementUnitRef MetaDataVersion MetaDataVersionRef
    MethodDef ODM Organization OtherText Pager Phone Picture PostalCode Presentation Protocol ProtocolName
    Question RangeCheck ReasonForChange ReferenceData Role Signature SignatureDef SignatureRef Signatures
    SiteRef SourceID StateProv StreetName Study StudyDescription StudyEventData StudyEventDef StudyEventRef
    StudyName SubjectData Symbol TranslatedText User UserRef
    """.split()
)
"""Every element of ODM1-3-2-foundation.xsd."""

ATTRIBUTES = frozenset(
    """
    AnnotationID Archival ArchiveLayoutOID AsOfDateTime AuditRecordID Category Code CodeListOID CodedValue
    CollectionExceptionConditionOID Comment Comparator Context CreationDateTime DataType Description Dictionary
    Domain EditPoint EffectiveDate FileOID FileType FormOID FormRepeatKey Granularity ID ImageType
    ImputationMethodOID IsNull IsReferenceData ItemGroupOID ItemGroupRepeatKey ItemOID KeySequence Length
    LocationOID LocationType Mandatory MeasurementUnitOID MetaDataVersionOID MethodOID Methodology Name
    ODMVersion OID OrderNumber Origin Originator PdfFileName PictureFileName PresentationOID PriorFileOID
    Purpose Rank Repeating Role RoleCodeListOID SASDatasetName SASFieldName SASFormatName SDSVarName SeqNum
    SignatureID SignatureOID SignificantDigits SoftHard SourceSystem SourceSystemVersion SponsorOrSite
    StudyEventOID StudyEventRepeatKey StudyOID SubjectKey TransactionType Type UsedImputationMethod UserOID
    UserType Value Version href ref
    """.split()
)
"""Every attribute of it, whichever element it belongs to."""
