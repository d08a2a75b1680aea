using OrleansRegistry.Settings;

namespace OrleansRegistry.Http;

/// <summary>The settings of limits.</summary>
internal static class RequestLimitSettings
{
    private const string Page = "limits.md";
    private const int Most = 1_000_000;

    public static SettingGroup<RegistryHttpOptions> Group { get; } = new SettingGroup<RegistryHttpOptions>("Limits")
        .Add(
            "REGISTRY_LIMIT_CONCURRENT",
            SettingKind.Number(1, Most),
            "How many requests a process works on at once, without streams and those that wait for a change.",
            options => options.Limits.Concurrent,
            (options, value) => options.Limits.Concurrent = value,
            new() { More = Page })
        .Add(
            "REGISTRY_LIMIT_QUEUE",
            SettingKind.Number(0, Most),
            "How many more wait for their turn, tenant by tenant; those beyond are 503.",
            options => options.Limits.Queue,
            (options, value) => options.Limits.Queue = value,
            new() { More = Page })
        .Add(
            "REGISTRY_LIMIT_QUEUE_SECONDS",
            SettingKind.Seconds(0.01, 60),
            "How long a request waits for its turn; then it is 503.",
            options => options.Limits.QueueTime,
            (options, value) => options.Limits.QueueTime = value)
        .Add(
            "REGISTRY_LIMIT_STREAMS",
            SettingKind.Number(1, Most),
            "How many streams and waiting requests a process has at once; those beyond are 503.",
            options => options.Limits.Streams,
            (options, value) => options.Limits.Streams = value)
        .Add(
            "REGISTRY_LIMIT_REFUSED",
            SettingKind.Number(0, Most),
            "How many requests a minute a process looks at, of one address, whose key, token or certificate does not count; those beyond are 429. 0: any "
                + "number.",
            options => options.Limits.RefusedPerMinute,
            (options, value) => options.Limits.RefusedPerMinute = value,
            new() { More = Page })
        .AddParty("CALLER", "caller (a subject of a tenant)", options => options.Limits.Caller)
        .AddParty("TENANT", "tenant", options => options.Limits.Tenant);

    private static SettingGroup<RegistryHttpOptions> AddParty(
        this SettingGroup<RegistryHttpOptions> group, string name, string whose, Func<RegistryHttpOptions, PartyLimitOptions> of) => group
        .Add(
            $"REGISTRY_LIMIT_{name}_RATE",
            SettingKind.Optional(SettingKind.Number(1, Most)),
            $"How many requests a second each {whose} may send, over all replicas; those beyond are 429.",
            options => of(options).Rate,
            (options, value) => of(options).Rate = value,
            new() { Unset = "no limit", More = Page })
        .Add(
            $"REGISTRY_LIMIT_{name}_BURST",
            SettingKind.Optional(SettingKind.Number(1, Most)),
            "How many of them may come at once after a pause.",
            options => of(options).Burst,
            (options, value) => of(options).Burst = value,
            new() { Unset = "those of two seconds" })
        .Add(
            $"REGISTRY_LIMIT_{name}_CONCURRENT",
            SettingKind.Optional(SettingKind.Number(1, Most)),
            $"How many requests of each {(name == "CALLER" ? "caller" : "tenant")} are worked on at once, over all replicas.",
            options => of(options).Concurrent,
            (options, value) => of(options).Concurrent = value,
            new() { Unset = "no limit" })
        .Add(
            $"REGISTRY_LIMIT_{name}_STREAMS",
            SettingKind.Optional(SettingKind.Number(1, Most)),
            "How many streams and waiting requests it may have at once, over all replicas.",
            options => of(options).Streams,
            (options, value) => of(options).Streams = value,
            new() { Unset = "no limit" });
}
