using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrleansRegistry.Storage.AdoNet;
using OrleansRegistry.Storage.Postgres;
using OrleansRegistry.Storage.Sqlite;
using OrleansRegistry.Trust.Reviews;
using OrleansRegistry.Trust.Audit;

namespace OrleansRegistry.Hosting;

/// <summary>All kinds of records that the store has.</summary>
internal sealed record StoredKinds(IReadOnlyList<RecordKind> All);

/// <summary>Makes the store that the options name, and puts the grains' states into it.</summary>
internal static partial class StoreServices
{
    public static void AddRegistryStore(this IServiceCollection services, RegistryOptions options)
    {
        services.AddSingleton<BackgroundLoops>();
        services.AddSingleton(provider => CreateStore(
            options,
            [.. provider.GetRequiredService<StoredKinds>().All],
            provider.GetRequiredService<BackgroundLoops>(),
            provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton(provider => new StoredKinds(KindsOf(provider)));
        services.AddSingleton<UnreadableRecords>();
        services.AddRecordStateCodec(new RecordStateCodec<AgentState>(
            AgentGrainNames.StateName, AgentKind.Kind, state => AgentKind.Write(state.Agent!), stored => new AgentState
            {
                Agent = AgentKind.Read(stored),
            }));
        services.AddRecordStateCodec(Head(TaskGrainNames.StateName, TaskKind.Kind, TaskKind.Write, TaskKind.Read));
        services.AddRecordStateCodec(Head(ContextGrainNames.StateName, ContextKind.Kind, ContextKind.Write, ContextKind.Read));
        services.AddRecordStateCodec(Head(TaskGrainNames.FeedbackStateName, FeedbackKind.Kind, FeedbackKind.Write, FeedbackKind.Read));
        services.AddRecordStateCodec(new RecordStateCodec<PageState>(
            PageStore.StateName, PageKind.Kind, state => PageKind.Write(state.Page!), stored => new PageState { Page = PageKind.Read(stored) }));
        services.AddRecordStateCodec(Head(SnapshotKind.StateName, SnapshotKind.Kind, SnapshotKind.Write, SnapshotKind.Read));
        services.AddRecordStateCodec(Head(
            SnapshotUploadKind.StateName, SnapshotUploadKind.Kind, SnapshotUploadKind.Write, SnapshotUploadKind.Read));
        services.AddRecordStateCodec(Head(SubscriptionKind.StateName, SubscriptionKind.Kind, SubscriptionKind.Write, SubscriptionKind.Read));
        services.AddRecordStateCodec(Head(AgentVersionKind.StateName, AgentVersionKind.Kind, AgentVersionKind.Write, AgentVersionKind.Read));
        services.AddSingleton(new AgentDecoder(AgentKind.Kind, AgentKind.ReadForDirectory));
        services.AddRecordGrainStorage(AgentGrainNames.StorageName);
    }

    /// <summary>All kinds: those that grains keep, and those that are written beside them.</summary>
    private static RecordKind[] KindsOf(IServiceProvider services) =>
    [
        .. services.GetServices<RecordStateCodec>().Select(codec => codec.Kind).Distinct(),
        AgentVectorsKind.Kind,
        GivenVectorsKind.Kind,
        TrustKind.Kind,
        ReviewKind.Kind,
        AuditKind.Kind,
    ];

    private static RecordStateCodec<HeadState<THead>> Head<THead>(
        string stateName,
        RecordKind kind,
        Func<THead, RecordBody> write,
        Func<StoredRecord, THead> read)
        where THead : class =>
        new(stateName, kind, state => write(state.Head!), stored => new HeadState<THead> { Head = read(stored) });

    public static IRecordStore CreateStore(
        RegistryOptions options, RecordKind[] kinds, BackgroundLoops? loops, ILoggerFactory loggers, bool readOnly = false)
    {
        if (!StorageSettings.IsDatabase(options) && options.Postgres is not null)
        {
            LogDatabaseUnused(loggers.CreateLogger(typeof(StoreServices)), StorageSettings.DatabaseUrl, options.StorageType);
        }

        return options.StorageType switch
        {
            StorageType.Memory => new SqliteStore(new SqliteStoreOptions(), kinds, loggers.CreateLogger<SqliteStore>(), loops),
            StorageType.Sqlite => new SqliteStore(
                new SqliteStoreOptions
                {
                    Directory = options.DataDirectory,
                    CheckAtStart = options.CheckDataOnStartup,
                    RunMigrations = options.RunMigrations,
                    ReadOnly = readOnly,
                },
                kinds,
                loggers.CreateLogger<SqliteStore>(),
                loops),
            StorageType.Postgres => new PostgresStore(options.Postgres!, kinds, loggers.CreateLogger<PostgresStore>(), loops),
            StorageType.AdoNet => new AdoNetStore(options.Postgres!, AgentKind.Kind, kinds, loggers, loops),
            _ => throw new SettingException($"STORAGE_TYPE is '{options.StorageType}', for which there is no store."),
        };
    }

    [LoggerMessage(LogLevel.Warning, "{Setting} is set but not used: STORAGE_TYPE chooses the {Type} store.")]
    private static partial void LogDatabaseUnused(ILogger logger, string setting, StorageType type);
}
