namespace OrleansRegistry.Storage;

/// <summary>What a column holds.</summary>
public enum ColumnType
{
    Text,

    /// <summary>A moment, to the microsecond.</summary>
    Time,

    /// <summary>True, or absent.</summary>
    Flag,

    /// <summary>A whole number.</summary>
    Number,

    /// <summary>A JSON object, for queries by hand only.</summary>
    Json,
}

/// <summary>
/// One column of a kind: the member of the record's <see cref="RecordBody.Fields"/> with the same name. A record of which a required member is
/// missing, or one is of another type, is kept with empty columns, and no list shows it.
/// </summary>
public sealed class RecordColumn
{
    private RecordColumn(string name, ColumnType type, bool isRequired)
    {
        Name = name;
        Type = type;
        IsRequired = isRequired;
    }

    /// <summary>The column and the member, in snake_case.</summary>
    public string Name { get; }

    public ColumnType Type { get; }

    /// <summary>Every record has it.</summary>
    public bool IsRequired { get; }

    public static RecordColumn Text(string name, bool required = false) => new(name, ColumnType.Text, required);

    public static RecordColumn Time(string name, bool required = false) => new(name, ColumnType.Time, required);

    public static RecordColumn Number(string name, bool required = false) => new(name, ColumnType.Number, required);

    public static RecordColumn Flag(string name) => new(name, ColumnType.Flag, isRequired: false);

    public static RecordColumn Json(string name) => new(name, ColumnType.Json, isRequired: false);

    /// <summary>Records that have this value.</summary>
    public RecordCondition Is(string value) => Condition(ConditionTest.Equal, ColumnType.Text, value);

    /// <inheritdoc cref="Is(string)"/>
    public RecordCondition Is(long value) => Condition(ConditionTest.Equal, ColumnType.Number, value);

    /// <summary>Records that have another value.</summary>
    public RecordCondition IsNot(string value) => Condition(ConditionTest.NotEqual, ColumnType.Text, value);

    /// <summary>Records that have one of these values; none if the list is empty.</summary>
    public RecordCondition IsOneOf(IEnumerable<string> values) =>
        Condition(ConditionTest.OneOf, ColumnType.Text, [.. values.Distinct(StringComparer.Ordinal)]);

    /// <summary>Records that have the flag.</summary>
    public RecordCondition IsSet() => Condition(ConditionTest.Set, ColumnType.Flag);

    /// <summary>Records whose time is this or later.</summary>
    public RecordCondition IsFrom(DateTimeOffset value) => Condition(ConditionTest.From, ColumnType.Time, value);

    /// <summary>Records whose time is earlier.</summary>
    public RecordCondition IsBefore(DateTimeOffset value) => Condition(ConditionTest.Before, ColumnType.Time, value);

    /// <summary>Records whose number is this or greater.</summary>
    public RecordCondition IsFrom(long value) => Condition(ConditionTest.From, ColumnType.Number, value);

    /// <summary>Records whose number is smaller.</summary>
    public RecordCondition IsBefore(long value) => Condition(ConditionTest.Before, ColumnType.Number, value);

    public override string ToString() => Name;

    private RecordCondition Condition(ConditionTest test, ColumnType type, params object[] values) => Type == type
        ? new RecordCondition(this, test, values)
        : throw new InvalidOperationException($"The column '{Name}' is of type {Type}: it cannot be compared as {type}.");
}

/// <summary>How a condition compares.</summary>
internal enum ConditionTest
{
    Equal,
    NotEqual,
    OneOf,
    Set,
    From,
    Before,
}

/// <summary>What must hold of a column; made by the column. A record without the column matches none.</summary>
public sealed class RecordCondition
{
    internal RecordCondition(RecordColumn column, ConditionTest test, IReadOnlyList<object> values)
    {
        Column = column;
        Test = test;
        Values = values;
    }

    /// <summary>The column that is compared.</summary>
    public RecordColumn Column { get; }

    internal ConditionTest Test { get; }

    internal IReadOnlyList<object> Values { get; }
}
