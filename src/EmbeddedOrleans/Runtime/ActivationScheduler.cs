namespace EmbeddedOrleans;

/// <summary>
/// Runs everything that belongs to one activation, one piece at a time: the first turn of each request, and whatever
/// those turns await (unless they leave by <c>ConfigureAwait(false)</c> or <c>Task.Run</c>).
/// </summary>
internal sealed class ActivationScheduler(Activation activation) : TaskScheduler, IThreadPoolWorkItem
{
    // An activation with much to do lets others have the thread in between.
    private const int ItemsAtATime = 64;

    private readonly Queue<object> _items = new(2);
    private bool _scheduled;

    public override int MaximumConcurrencyLevel => 1;

    public void Enqueue(Request request) => Add(request);

    public void Enqueue(Action action) => Add(action);

    void IThreadPoolWorkItem.Execute()
    {
        // Inside a task of this scheduler TaskScheduler.Current is this scheduler, so that awaits come back to it.
        var turns = new Task(static state => ((ActivationScheduler)state!).RunItems(), this, TaskCreationOptions.DenyChildAttach);
        RuntimeContext.Current = activation;
        try
        {
            turns.RunSynchronously(this);
        }
        finally
        {
            RuntimeContext.Current = null;
        }

        lock (_items)
        {
            _scheduled = _items.Count > 0;
            if (_scheduled)
            {
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            }
        }
    }

    protected override void QueueTask(Task task) => Add(task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && ReferenceEquals(RuntimeContext.Current, activation) && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (_items)
        {
            return [.. _items.OfType<Task>()];
        }
    }

    private void Add(object item)
    {
        lock (_items)
        {
            _items.Enqueue(item);
            if (_scheduled)
            {
                return;
            }

            _scheduled = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
    }

    private void RunItems()
    {
        for (var done = 0; done < ItemsAtATime; done++)
        {
            object? item;
            lock (_items)
            {
                if (!_items.TryDequeue(out item))
                {
                    return;
                }
            }

            switch (item)
            {
                case Request request:
                    activation.Start(request);
                    break;
                case Action action:
                    action();
                    break;
                case Task task:
                    TryExecuteTask(task);
                    break;
            }
        }
    }
}
