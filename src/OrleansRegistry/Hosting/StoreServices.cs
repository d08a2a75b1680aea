using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrleansRegistry.Grains;
using OrleansRegistry.Model;
using OrleansRegistry.Settings;
using OrleansRegistry.Storage;
using OrleansRegistry.Storage.AdoNet;
using OrleansRegistry.Storage.Files;
using OrleansRegistry.Storage.Memory;
using OrleansRegistry.Storage.Postgres;

namespace OrleansRegistry.Hosting;

/// <summary>Makes the store that the options name, and puts the grains' states into it.</summary>
internal static partial class StoreServices
{
    public static void AddRegistryStore(this IServiceCollection services, RegistryOptions options)
    {
        services.AddSingleton<BackgroundLoops>();
        services.AddSingleton(provider => CreateStore(options, provider.GetRequiredService<BackgroundLoops>(), provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton<UnreadableRecords>();
        services.AddRecordStateCodec(new RecordStateCodec<AgentState>(
            AgentGrainNames.StateName,
            RecordKind.Agent,
            state => AgentRecordCodec.Write(state.Writing ?? new AgentWrite(state.Agent!)),
            stored => new AgentState { Agent = AgentRecordCodec.Read(stored) }));
        services.AddRecordStateCodec(Head(TaskGrainNames.StateName, RecordKind.Task, TaskHeadCodec.Write, TaskHeadCodec.Read));
        services.AddRecordStateCodec(Head(ContextGrainNames.StateName, RecordKind.Context, ContextHeadCodec.Write, ContextHeadCodec.Read));
        services.AddRecordStateCodec(Head(TaskGrainNames.FeedbackStateName, RecordKind.Feedback, LogJson.WriteFeedback, LogJson.ReadFeedback));
        services.AddRecordStateCodec(new RecordStateCodec<PageState>(
            PageStore.StateName,
            RecordKind.Page,
            state => LogJson.WritePage(state.Page!),
            stored => new PageState { Page = LogJson.ReadPage(stored) }));
        services.AddRecordGrainStorage(AgentGrainNames.StorageName);
    }

    private static RecordStateCodec<HeadState<THead>> Head<THead>(string stateName, RecordKind kind, Func<THead, RecordBody> write, Func<StoredRecord, THead> read)
        where THead : class =>
        new(stateName, kind, state => write(state.Head!), stored => new HeadState<THead> { Head = read(stored) });

    private static IRecordStore CreateStore(RegistryOptions options, BackgroundLoops loops, ILoggerFactory loggers)
    {
        if (!StorageSettings.IsDatabase(options) && options.Postgres is not null)
        {
            LogDatabaseUnused(loggers.CreateLogger(typeof(StoreServices)), StorageSettings.DatabaseUrl, options.StorageType);
        }

        return options.StorageType switch
        {
            StorageType.Memory => new MemoryStore(),
            StorageType.File => new FileStore(new FileStoreOptions { Directory = options.DataDirectory }, loggers.CreateLogger<FileStore>()),
            StorageType.Postgres => new PostgresStore(options.Postgres!, loggers.CreateLogger<PostgresStore>(), loops),
            StorageType.AdoNet => new AdoNetStore(options.Postgres!, loggers, loops),
            _ => throw new SettingException($"STORAGE_TYPE is '{options.StorageType}', for which there is no store."),
        };
    }

    [LoggerMessage(LogLevel.Warning, "{Setting} is set but not used: STORAGE_TYPE chooses the {Type} store.")]
    private static partial void LogDatabaseUnused(ILogger logger, string setting, StorageType type);
}
