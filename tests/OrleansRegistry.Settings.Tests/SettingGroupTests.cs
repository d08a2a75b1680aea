using Microsoft.Extensions.Configuration;

namespace OrleansRegistry.Settings.Tests;

public sealed class SettingGroupTests
{
    private static readonly SettingGroup<Options> Group = new SettingGroup<Options>("Things")
        .Add("X_FLAG", SettingKind.Flag, "A flag.", options => options.Flag, (options, value) => options.Flag = value)
        .Add("X_COUNT", SettingKind.Number(1, 100), "A number.", options => options.Count, (options, value) => options.Count = value)
        .Add("X__PAUSE", SettingKind.Seconds(0.5, 60), "A time.", options => options.Pause, (options, value) => options.Pause = value)
        .Add("X_LIMIT", SettingKind.SecondsOrNever(100), "A limit.", options => options.Limit, (options, value) => options.Limit = value)
        .Add(
            "X_WAIT",
            SettingKind.Optional(SettingKind.Seconds(1, 5)),
            "A wait.",
            options => options.Wait,
            (options, value) => options.Wait = value,
            new() { Unset = "as long as it takes" })
        .Add(
            "X_DAY",
            SettingKind.OneOf(("monday", DayOfWeek.Monday), ("first", DayOfWeek.Monday), ("sunday", DayOfWeek.Sunday)),
            "A day.",
            options => options.Day,
            (options, value) => options.Day = value,
            new() { Aliases = ["X_WEEKDAY"] })
        .Add("X_FOLDER", SettingKind.Plain("a path"), "A folder.", options => options.Folder, (options, value) => options.Folder = value)
        .Add(
            "X_NAMES",
            SettingKind.List("names", ";,", name => name.Length < 4),
            "Names.",
            options => options.Names,
            (options, value) => options.Names = value)
        .Add(
            "X_KEY",
            SettingKind.Text("12 letters", key => key.Length == 12),
            "A key.",
            options => options.Key,
            (options, value) => options.Key = value,
            new() { IsSecret = true });

    [Fact]
    public void Each_kind_of_setting_is_read()
    {
        var options = Bind(
            ("X_FLAG", "On"),
            ("X_COUNT", " 7 "),
            ("X__PAUSE", "0.5"),
            ("X_LIMIT", "90"),
            ("X_WAIT", "2"),
            ("X_DAY", "SUNDAY"),
            ("X_FOLDER", "/srv/x"),
            ("X_NAMES", "a; b,c"));
        Assert.True(options.Flag);
        Assert.Equal(7, options.Count);
        Assert.Equal(TimeSpan.FromSeconds(0.5), options.Pause);
        Assert.Equal(TimeSpan.FromSeconds(90), options.Limit);
        Assert.Equal(TimeSpan.FromSeconds(2), options.Wait);
        Assert.Equal(DayOfWeek.Sunday, options.Day);
        Assert.Equal("/srv/x", options.Folder);
        Assert.Equal(["a", "b", "c"], options.Names);
    }

    [Fact]
    public void What_is_unset_or_empty_leaves_the_options_alone()
    {
        var options = Bind(("X_COUNT", "  "), ("X_FOLDER", ""));
        Assert.Equal(new Options().Count, options.Count);
        Assert.Equal(new Options().Folder, options.Folder);
    }

    [Fact]
    public void Zero_seconds_are_never() => Assert.Null(Bind(("X_LIMIT", "0")).Limit);

    [Theory]
    [InlineData("X__PAUSE")]
    [InlineData("X:PAUSE")]
    public void A_double_underscore_is_a_section_of_configuration(string key) => Assert.Equal(TimeSpan.FromSeconds(3), Bind((key, "3")).Pause);

    [Theory]
    [InlineData("X_FLAG", "perhaps", "true or false")]
    [InlineData("X_COUNT", "101", "X_COUNT is 101; it can be a whole number from 1 to 100.")]
    [InlineData("X_COUNT", "0", "1 to 100")]
    [InlineData("X_COUNT", "1.5", "1 to 100")]
    [InlineData("X_COUNT", "99999999999", "1 to 100")]
    [InlineData("X__PAUSE", "-1", "0.5 to 60")]
    [InlineData("X__PAUSE", "1e300", "0.5 to 60")]
    [InlineData("X__PAUSE", "soon", "X__PAUSE has an invalid value (4 characters, not shown here); it can be a number of seconds from 0.5 to 60.")]
    [InlineData("X_LIMIT", "101", "0 (never) to 100")]
    [InlineData("X_WAIT", "6", "1 to 5")]
    [InlineData("X_DAY", "tuesday", "it can be monday, first, sunday.")]
    [InlineData("X_WEEKDAY", "tuesday", "X_WEEKDAY has")]
    [InlineData("X_FOLDER", "postgresql://app:pw@host/x", "DATABASE_URL")]
    [InlineData("X_NAMES", "abc,abcd", "names")]
    public void An_invalid_value_is_refused_with_the_name_and_the_choices(string name, string value, string said)
    {
        var refusal = Assert.Throws<SettingException>(() => Bind((name, value)));
        Assert.StartsWith(name, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(said, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("12345")]
    [InlineData("hunter2")]
    public void No_message_shows_any_of_a_secret(string value)
    {
        Assert.DoesNotContain(value, Assert.Throws<SettingException>(() => Bind(("X_KEY", value))).Message, StringComparison.Ordinal);
        Assert.DoesNotContain(value, Assert.Single(Group.FaultsOf(new Options { Key = value })), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_names_of_one_setting_may_agree_and_must_not_differ()
    {
        Assert.Equal(DayOfWeek.Monday, Bind(("X_DAY", "monday"), ("X_WEEKDAY", "First")).Day);
        Assert.Equal(DayOfWeek.Sunday, Bind(("X_WEEKDAY", "sunday")).Day);
        var refusal = Assert.Throws<SettingException>(() => Bind(("X_DAY", "monday"), ("X_WEEKDAY", "sunday")));
        Assert.Contains("X_DAY and X_WEEKDAY", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_are_checked_whoever_set_them()
    {
        Assert.Empty(Group.FaultsOf(new Options()));
        var faults = Group.FaultsOf(new Options { Count = 101, Pause = TimeSpan.Zero, Day = DayOfWeek.Friday, Names = ["abcd"] }).ToArray();
        Assert.Equal("Count (X_COUNT) is 101; it can be a whole number from 1 to 100", faults[0]);
        Assert.Equal(4, faults.Length);
        Assert.DoesNotContain(faults, fault => fault.Contains("abcd", StringComparison.Ordinal));
    }

    [Fact]
    public void The_lists_have_names_defaults_values_and_help()
    {
        var group = new SettingGroup<Options>("Things").Add(
            "X_DAY",
            SettingKind.OneOf(("monday", DayOfWeek.Monday), ("sunday", DayOfWeek.Sunday)),
            "A day, as `TZ` has it.",
            options => options.Day,
            (options, value) => options.Day = value,
            new() { Aliases = ["X_WEEKDAY"], More = "days.md#all" });
        group.AddForeign("TZ", "a time zone", "the system's", "The time zone.");

        Assert.Equal(
            """

            ## Things

            | setting | default | values | |
            |---|---|---|---|
            | `X_DAY`, `X_WEEKDAY` | `sunday` | `monday`, `sunday` | A day, as `TZ` has it. More: [days.md](days.md#all) |
            | `TZ` | the system's | a time zone | The time zone. |

            """,
            SettingPages.Markdown([group]));
        Assert.Equal(
            """

            Things
              X_DAY, X_WEEKDAY  [default: sunday; monday, sunday]
                  A day, as TZ has it.
              TZ  [default: the system's; a time zone]
                  The time zone.

            """,
            SettingPages.Text([group]));
    }

    private static Options Bind(params (string Name, string Value)[] configured)
    {
        var options = new Options();
        var values = configured.ToDictionary(one => one.Name, one => (string?)one.Value);
        Group.Bind(new ConfigurationBuilder().AddInMemoryCollection(values).Build(), options);
        return options;
    }

    private sealed class Options
    {
        public bool Flag { get; set; }

        public int Count { get; set; } = 5;

        public TimeSpan Pause { get; set; } = TimeSpan.FromSeconds(1);

        public TimeSpan? Limit { get; set; } = TimeSpan.FromSeconds(10);

        public TimeSpan? Wait { get; set; }

        public DayOfWeek Day { get; set; }

        public string? Folder { get; set; } = "here";

        public IReadOnlyList<string> Names { get; set; } = [];

        public string? Key { get; set; }
    }
}
