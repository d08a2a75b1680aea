using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Storage.Sqlite;

/// <summary>
/// The database file (or the database in memory) with its one writing session and its readers. In memory they are one session, which is used by one
/// at a time.
/// </summary>
internal sealed class SqliteDatabase : IAsyncDisposable
{
    public const string FileName = "registry.db";

    private readonly SqliteStoreOptions options;
    private readonly ILogger logger;
    private readonly LogPace failures;
    private readonly Stack<SqliteSession> idle = new();
    private readonly SemaphoreSlim readers;
    private readonly SqliteFile file;
    private SqliteSession? writer;
    private StoreLock? folderLock;
    private IDisposable? signal;

    public SqliteDatabase(SqliteStoreOptions options, ILogger logger)
    {
        this.options = options;
        this.logger = logger;
        failures = new LogPace(TimeProvider.System, logger);
        Folder = options.Directory is { } folder ? Path.GetFullPath(folder) : null;
        Description = Folder is null ? "SQLite database in memory" : $"SQLite database {Path.Combine(Folder, FileName)}";
        Telemetry = new StoreTelemetry(Folder is null ? "memory" : "sqlite");
        readers = new SemaphoreSlim(Folder is null ? 1 : options.Readers);
        file = new SqliteFile(Folder, Description, logger);
    }

    /// <summary>The store's name in answers to callers.</summary>
    public const string Name = "database";

    public string Description { get; }

    public StoreTelemetry Telemetry { get; }

    /// <summary>Null in memory.</summary>
    public string? Folder { get; }

    /// <summary>Opens and checks the file, and brings its schema up to date.</summary>
    /// <exception cref="StoreStartException">What is wrong, and what to do.</exception>
    /// <param name="migratesByHand">Leave the schema as it is.</param>
    public void Open(bool migratesByHand = false)
    {
        var clock = Stopwatch.StartNew();
        try
        {
            if (options.ReadOnly)
            {
                writer = file.OpenForReading();
                return;
            }

            if (Folder is not null)
            {
                DataFolder.Prepare(Folder);
                folderLock = StoreLock.Take(Folder);
                DataFolder.CreateFile(Folder, FileName);
                signal = FileSizeSignal.Ignore();
            }

            writer = file.OpenWriter();
            if (migratesByHand)
            {
                return;
            }

            var checkMilliseconds = options.CheckAtStart ? file.Check() : 0;
            new SqliteMigrations(writer, Description, logger).Open(options.RunMigrations);
            if (Folder is null)
            {
                logger.NothingIsKept(Description);
            }
            else
            {
                foreach (var opening in DataFolder.OpenToOthers(Folder, FileName))
                {
                    logger.OpenToOthers(Description, opening);
                }

                logger.StoreOpened(
                    Description,
                    new FileInfo(Path.Combine(Folder, FileName)).Length,
                    $"{writer.Scalar("SELECT sqlite_version()")}",
                    clock.ElapsedMilliseconds,
                    checkMilliseconds);
            }
        }
        catch (Exception fault)
        {
            Close();
            throw fault is not StoreStartException && SqliteFaults.Is(fault) ? SqliteFaults.Start(Description, Folder ?? "", fault) : fault;
        }
    }

    /// <summary>The session for writes and migrations. In memory, <see cref="TakeTurnAsync"/> first.</summary>
    public SqliteSession Writer => writer ?? throw new InvalidOperationException("The database is not open.");

    /// <summary>In memory, waits until no reader uses the one session; dispose what it gives when the writing is done.</summary>
    public async ValueTask<IDisposable?> TakeTurnAsync()
    {
        if (Folder is not null)
        {
            return null;
        }

        await readers.WaitAsync();
        return new Turn(readers);
    }

    /// <summary>Reads what is committed, by itself where others write.</summary>
    /// <exception cref="RegistryException">It cannot be read.</exception>
    public async ValueTask<T> ReadAsync<T>(Func<SqliteSession, T> read, CancellationToken cancellationToken)
    {
        await readers.WaitAsync(cancellationToken);
        SqliteSession? session = null;
        try
        {
            session = TakeReader();
            return read(session);
        }
        catch (SqliteException fault)
        {
            throw Translate(fault);
        }
        finally
        {
            if (session is not null)
            {
                ReturnReader(session);
            }

            readers.Release();
        }
    }

    /// <summary>Runs what reads, with the database's faults as callers are told them.</summary>
    /// <exception cref="RegistryException">It cannot be read.</exception>
    public T Translated<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (SqliteException fault)
        {
            throw Translate(fault);
        }
    }

    /// <summary>The bytes of the database, with its write-ahead log.</summary>
    public async ValueTask<long> GetSizeAsync(CancellationToken cancellationToken)
    {
        if (Folder is null)
        {
            return await ReadAsync(
                session => (long)session.Scalar("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")!,
                cancellationToken);
        }

        var files = DataFolder.FilesOf(Folder, FileName).Select(path => new FileInfo(path));
        return files.Where(file => file.Exists).Sum(file => file.Length);
    }

    /// <summary>Copies what is committed now into a file; in memory, everything else waits for that.</summary>
    /// <exception cref="RegistryException">The database could not be read, or the file not be written.</exception>
    public async Task CopyToAsync(string path, CancellationToken cancellationToken)
    {
        using var turn = await TakeTurnAsync();
        try
        {
            if (Folder is null)
            {
                await Task.Run(() => Writer.CopyTo(path, cancellationToken), cancellationToken);
                return;
            }

            using var session = OpenSession("query_only = 1");
            await Task.Run(() => session.CopyTo(path, cancellationToken), cancellationToken);
        }
        catch (SqliteCopyException fault)
        {
            throw SqliteFaults.TranslateCopy(fault.Fault);
        }
        catch (SqliteException fault)
        {
            throw Translate(fault);
        }
    }

    /// <summary>A session of its own, for work beside the writer and the readers.</summary>
    public SqliteSession OpenSession(params ReadOnlySpan<string> pragmas) => file.OpenSession(pragmas);

    public async ValueTask DisposeAsync()
    {
        for (var i = 0; i < (Folder is null ? 1 : options.Readers); i++)
        {
            // Reads under way end first.
            await readers.WaitAsync();
        }

        try
        {
            if (Folder is not null && !options.ReadOnly)
            {
                writer?.Script("PRAGMA wal_checkpoint(TRUNCATE)");
            }
        }
        catch (SqliteException fault)
        {
            logger.NotCheckpointed(fault, Description);
        }
        finally
        {
            Close();
        }
    }

    private RegistryException Translate(SqliteException fault)
    {
        failures.Write(() => logger.ReadFailed(fault, Description));
        return SqliteFaults.Translate(Name, fault, writing: false);
    }

    private SqliteSession TakeReader()
    {
        if (Folder is null)
        {
            return Writer;
        }

        lock (idle)
        {
            if (idle.TryPop(out var session))
            {
                return session;
            }
        }

        return OpenSession("query_only = 1");
    }

    private void ReturnReader(SqliteSession session)
    {
        if (Folder is not null)
        {
            lock (idle)
            {
                idle.Push(session);
            }
        }
    }

    private void Close()
    {
        lock (idle)
        {
            while (idle.TryPop(out var session))
            {
                session.Dispose();
            }
        }

        writer?.Dispose();
        writer = null;
        signal?.Dispose();
        folderLock?.Dispose();
    }

    private sealed class Turn(SemaphoreSlim turns) : IDisposable
    {
        public void Dispose() => turns.Release();
    }
}
