namespace OrleansRegistry;

/// <summary>How far the clearing of an owner's tasks and contexts has come.</summary>
/// <param name="Running">False where all is gone, or nothing was begun.</param>
/// <param name="Tasks">How many tasks are deleted so far.</param>
/// <param name="Contexts">How many contexts are deleted so far.</param>
public readonly record struct TaskClearing(bool Running, long Tasks, long Contexts);
