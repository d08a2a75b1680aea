namespace OrleansRegistry.Logs;

/// <summary>Whose log it is: the key of page <c>n</c> is <c>t/&lt;tenant&gt;/&lt;letter&gt;/&lt;n&gt;/&lt;owner's id&gt;</c>.</summary>
internal readonly record struct LogName
{
    private readonly char letter;
    private readonly string tenant;
    private readonly string id;

    private LogName(char letter, string tenant, string id)
    {
        this.letter = letter;
        this.tenant = tenant;
        this.id = id;
    }

    public static LogName HistoryOf(string tenant, string taskId) => new('h', tenant, taskId);

    public static LogName ArtifactsOf(string tenant, string taskId) => new('a', tenant, taskId);

    public static LogName MessagesOf(string tenant, string contextId) => new('c', tenant, contextId);

    public static LogName FeedbackOf(string tenant, string taskId) => new('f', tenant, taskId);

    /// <summary>Under which key stores have a page.</summary>
    internal RecordKey KeyOf(long number) => new(tenant, $"{letter}/{number}/{id}");

    internal string Page(long number) => GrainKeys.For(tenant, $"{letter}/{number}/{id}");

    public override string ToString() => $"{letter}/{id} of {tenant}";
}
